import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect } from "@playwright/test";

import type { Person } from "../support/issuer";
import type { Engine } from "./engine";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WAIT_MS = 15_000;
const MAX_TABS = 80;

/** The first usable control of a kind whose name begins so, or is no more than it where there is one. */
const FIND = `((kind, name) => {
  const selectors = {
    field: "input:not([type=checkbox]), textarea, select",
    box: "input[type=checkbox]",
    button: "button, summary",
    link: "a[href]",
  };
  const open = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const text = (one) => (one.getAttribute("aria-label") ?? (one.labels?.[0] ?? one).textContent).replace(/\\s+/g, " ").trim();
  const usable = [...open.querySelectorAll(selectors[kind])].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
  return usable.find((one) => text(one) === name) ?? usable.find((one) => text(one).startsWith(name)) ?? null;
})`;
const TEXT = 'document.body.innerText.replace(/\\s+/g, " ")';
/** Reports of the present document; another one begins anew. */
const WATCH = `(() => {
  if (window.faults) return true;
  window.faults = [];
  for (const name of ["error", "unhandledrejection", "securitypolicyviolation"]) {
    addEventListener(name, (event) => {
      window.faults.push([name, event.message, event.reason, event.violatedDirective, event.blockedURI].join(" "));
    }, true);
  }
  return true;
})()`;
const CHECK = `(window.found = null, axe.run(document).then((found) => {
  window.found = found.violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(" | "));
}), true)`;

export type Kind = "field" | "box" | "button" | "link";
export type Hands = "pointer" | "keyboard";

/** A person at a browser: with a pointer, or with the keyboard alone. */
export class Visitor {
  constructor(
    private readonly engine: Engine,
    private readonly hands: Hands,
    private readonly address: (path: string) => string,
  ) {}

  async opens(path: string): Promise<void> {
    await this.engine.goto(this.address(path));
    await this.engine.evaluate(WATCH);
  }

  async signsIn({ login, password }: Person): Promise<void> {
    await this.fills("Sign-in name", login);
    await this.fills("Password", password);
    await this.uses("button", "Sign in");
  }

  async signsOut(): Promise<void> {
    await this.usesTheMenu("button", "Sign out");
    await this.sees("Sign-in name");
  }

  /** Uses something of the frame, which a narrow screen keeps behind a button. */
  async usesTheMenu(kind: "button" | "link", name: string): Promise<void> {
    await this.until(`finds the menu or “${name}”`, `${found("button", "Menu")} ?? ${found(kind, name)}`);
    if (await this.engine.evaluate<boolean>(`${found("button", "Menu")} !== null`)) await this.uses("button", "Menu");
    await this.uses(kind, name);
  }

  /** The text that an expression gives. */
  async reads(expression: string): Promise<string> {
    return this.engine.evaluate(expression);
  }

  async sees(text: string): Promise<void> {
    await this.until(`sees “${text}”`, `${TEXT}.includes(${JSON.stringify(text)})`);
  }

  async doesNotSee(text: string): Promise<void> {
    await this.until(`does not see “${text}”`, `!${TEXT}.includes(${JSON.stringify(text)})`);
  }

  async uses(kind: "box" | "button" | "link", name: string): Promise<void> {
    const control = await this.reaches(kind, name);
    if (this.hands === "pointer") await this.clicks(control);
    else await this.engine.press(kind === "box" ? "Space" : "Enter");
  }

  async fills(name: string, text: string): Promise<void> {
    const control = await this.reaches("field", name);
    if (this.hands === "pointer") await this.clicks(control);
    await this.engine.type(text);
  }

  /** Ends a form as its field's keyboard does. */
  async submits(): Promise<void> {
    await this.engine.press("Enter");
  }

  /** Where a text is seen, nothing keeps anybody out, nothing is wider than the screen, and the page met no fault. */
  async isAtEaseAt(text: string): Promise<void> {
    await this.sees(text);
    if (!(await this.engine.evaluate<boolean>("'axe' in window")))
      await this.engine.evaluate(`(() => { ${AXE}; return true; })()`);
    await this.engine.evaluate(CHECK);
    await this.until("hears from axe", "window.found");
    expect(await this.engine.evaluate("window.found"), "axe").toEqual([]);
    expect(await this.engine.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await this.engine.evaluate("window.faults ?? []"), "exceptions and CSP violations").toEqual([]);
  }

  private async until(message: string, condition: string): Promise<void> {
    const holds = () => this.engine.evaluate<boolean>(`Boolean(${condition})`).catch(() => false);
    await expect.poll(holds, { message, timeout: WAIT_MS, intervals: [20, 50, 100] }).toBe(true);
  }

  /** Waits for a control and, with the keyboard, goes to it by Tab; a trap or a control out of reach fails. */
  private async reaches(kind: Kind, name: string): Promise<string> {
    const control = found(kind, name);
    await this.until(`finds the ${kind} “${name}”`, control);
    if (this.hands === "pointer") return control;
    for (let presses = 0; presses < MAX_TABS; presses += 1) {
      const way = await this.engine.evaluate<"here" | "Tab" | "Shift+Tab">(`(() => {
        const [one, active] = [${control}, document.activeElement];
        if (one === active) return "here";
        return active.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
      })()`);
      if (way === "here") return control;
      await this.engine.press(way);
    }
    throw new Error(`Tab never reached the ${kind} “${name}”`);
  }

  /** Clicks as soon as nothing lies over the control, such as a message that goes by itself. */
  private async clicks(control: string): Promise<void> {
    const free = `(() => {
      const one = ${control};
      one.scrollIntoView({ block: "center", behavior: "instant" });
      const { x, y, width, height } = one.getBoundingClientRect();
      return one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    })()`;
    await this.until("nothing lies over it", free);
    // News may draw it again just then; the engine tells that before it clicks.
    await expect(() => this.engine.click(control), `clicks ${control}`).toPass({
      timeout: WAIT_MS,
      intervals: [20, 50, 100],
    });
  }
}

function found(kind: Kind, name: string): string {
  return `${FIND}(${JSON.stringify(kind)}, ${JSON.stringify(name)})`;
}
