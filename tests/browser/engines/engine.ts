/** A browser other than Chromium, as far as the journeys need it; Playwright drives neither Firefox's nor WebKit's own build. */
export interface Engine {
  goto(url: string): Promise<void>;
  /** Sizes of the page, not of the window around it. */
  resize(width: number, height: number): Promise<void>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks the element that an expression gives. */
  click(expression: string): Promise<void>;
  /** Types into the element that has the focus. */
  type(text: string): Promise<void>;
  press(key: Key): Promise<void>;
  /** A picture of the page, as PNG. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

export type Key = "Tab" | "Shift+Tab" | "Enter" | "Space";
