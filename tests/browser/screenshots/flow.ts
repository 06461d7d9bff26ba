/** The picture of the flow: the acts of each person until money moves. Light or dark, as the reader's page is. */

const STEPS: [who: string, ...does: string[]][] = [
  ["Maker", "asks for a key: what it", "may do, how much,", "from where, how long"],
  ["Checker", "another person, always;", "approves exactly that"],
  ["Maker", "claims the key, which", "is made now and", "shown this once"],
  ["Till, kiosk, server", "calls with the key and", "an idempotency key"],
  ["Edge", "checks key, limits and", "float, and writes, in", "one transaction"],
  ["Wallet", "is credited once,", "whatever crashes", "in between"],
];

const BOX = { width: 176, height: 132, gap: 28 };
const COLUMNS = 3;
const WIDTH = COLUMNS * (BOX.width + BOX.gap) - BOX.gap;
const HEAD = "m-6 -5l6 5l-6 5";

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #56605b }
  .who { font-weight: 650; font-size: 15px; fill: #17201d }
  .number { font-weight: 650; fill: #ffffff }
  rect { fill: #ffffff; stroke: #c9cfca }
  circle { fill: #0b6b4f }
  path { fill: none; stroke: #0b6b4f; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #a3ada8 } .who { fill: #e9eeec } .number { fill: #05231a }
    rect { fill: #181d1b; stroke: #3a4440 } circle { fill: #52cfa2 } path { stroke: #52cfa2 }
  }`;

function corner(place: number): { x: number; y: number } {
  const row = Math.floor(place / COLUMNS);
  return { x: (place % COLUMNS) * (BOX.width + BOX.gap), y: row * (BOX.height + BOX.gap) };
}

/** The arrow from the previous box: along the row, or down to the first box of the next. */
function arrow(place: number): string {
  const { x, y } = corner(place);
  if (place === 0) return "";
  if (x > 0) return `<path d="M${x - BOX.gap + 4} ${y + BOX.height / 2}h${BOX.gap - 9}${HEAD}"/>`;
  const middle = BOX.width / 2;
  return `<path d="M${WIDTH - middle} ${y - BOX.gap + 3}v11H${middle}v9m-5 -6l5 6l5 -6"/>`;
}

function box([who, ...does]: (typeof STEPS)[number], place: number): string {
  const { x, y } = corner(place);
  return [
    arrow(place),
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="12"/>`,
    `<circle cx="${x + 25}" cy="${y + 26}" r="11"/>`,
    `<text class="number" x="${x + 25}" y="${y + 30.5}" text-anchor="middle">${place + 1}</text>`,
    `<text class="who" x="${x + 44}" y="${y + 31}">${who}</text>`,
    ...does.map((line, row) => `<text x="${x + 14}" y="${y + 66 + row * 20}">${line}</text>`),
  ].join("\n  ");
}

/** The whole picture as SVG. */
export function flow(): string {
  const height = 2 * BOX.height + BOX.gap;
  const title =
    "A maker asks for a key, a checker approves it, the maker claims it, a till calls the edge with it, and the wallet is credited.";
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 ${WIDTH + 2} ${height + 2}" role="img" aria-label="${title}">`;
  return `${open}\n  <style>${STYLE}\n  </style>\n  ${STEPS.map(box).join("\n  ")}\n</svg>\n`;
}
