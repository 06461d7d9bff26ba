import type { Edge } from "./edge";
import { type House, personOf, send } from "./issuer";

/** A person who calls the console API directly, to set a scene that isn't itself what is tested. */
export class Console {
  private constructor(
    private readonly edge: Edge,
    private readonly house: House,
    private readonly cookie: string,
  ) {}

  static async signIn(edge: Edge, house: House, who: string): Promise<Console> {
    const { login, password } = personOf(house, who);
    const answer = await fetch(`${edge.url}/admin/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", "cf-connecting-ip": "203.0.113.251" },
      body: JSON.stringify({ login, password }),
    });
    if (!answer.ok) throw new Error(`${who}: ${answer.status} ${await answer.text()}`);
    return new Console(
      edge,
      house,
      answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; "),
    );
  }

  /** A call under the distributor. */
  async call<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
    const url = `${this.edge.url}/admin/v1/distributors/${this.house.distributorID}${path}`;
    return send(method, url, { cookie: this.cookie }, body);
  }

  /** Approves whatever waits. */
  async approveAll(): Promise<void> {
    const waiting = await this.call<{ items: { approvalID: string; digest: string }[] }>(
      "GET",
      "/approvals?status=pending",
    );
    for (const { approvalID, digest } of waiting.items)
      await this.call("POST", `/approvals/${approvalID}/approve`, { digest });
  }

  /** Asks for a cash-in; its operationID. */
  async askForCashIn(amount: string, phone: string): Promise<string> {
    const body = { operationType: "cash-in", amount, phoneTo: phone };
    return (await this.call<{ operationID: string }>("POST", "/operations", body)).operationID;
  }
}
