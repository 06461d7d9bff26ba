import { randomBytes, randomInt, randomUUID } from "node:crypto";

import type { Edge } from "./edge";

export type Role = "admin" | "maker" | "checker" | "viewer";

export interface Person {
  name: string;
  login: string;
  password: string;
  roles: Role[];
}

/** A distributor with its own people: every test has another one. */
export interface House {
  distributorID: string;
  name: string;
  people: Record<string, Person>;
  /** A customer whom no other test knows, since wallets belong to no distributor. */
  phone: string;
  issuer: Issuer;
}

export function personOf(house: House, who: string): Person {
  const person = house.people[who];
  if (!person) throw new Error(`The house has no ${who}`);
  return person;
}

/** A call that must succeed; its answer's body. */
export async function send<Answer>(
  method: string,
  url: string,
  authentication: Record<string, string>,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...authentication,
      "idempotency-key": randomUUID(),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text || "null");
}

/** The issuer's API, with which a test sets its scene. */
export class Issuer {
  constructor(private readonly edge: Edge) {}

  async call<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
    return send(
      method,
      `${this.edge.url}/issuer/v1${path}`,
      { authorization: `Bearer ${this.edge.issuerToken}` },
      body,
    );
  }

  async topUp(house: House, amount: string): Promise<void> {
    await this.call("POST", `/distributors/${house.distributorID}/topups`, { amount, reference: "float" });
  }

  /** A customer asks for cash; the operation's ID. */
  async askForCash(house: House, phone: string, amount: string): Promise<string> {
    const path = `/wallets/${encodeURIComponent(phone)}/cashouts`;
    const answer = await this.call<{ operationID: string }>("POST", path, {
      distributorID: house.distributorID,
      amount,
    });
    return answer.operationID;
  }
}

/** Makes a distributor with a float and one person of each role. */
export async function build(edge: Edge, more: Record<string, { name: string; roles: Role[] }> = {}): Promise<House> {
  const issuer = new Issuer(edge);
  const tag = randomBytes(4).toString("hex");
  const wanted: Record<string, { name: string; roles: Role[] }> = {
    admin: { name: "Ada Admin", roles: ["admin"] },
    maker: { name: "Mary Maker", roles: ["maker"] },
    checker: { name: "Charles Checker", roles: ["checker"] },
    viewer: { name: "Vera Viewer", roles: ["viewer"] },
    ...more,
  };
  const people = Object.fromEntries(
    Object.entries(wanted).map(([key, { name, roles }]) => [
      key,
      { name, roles, login: `${key}-${tag}@example.test`, password: randomBytes(12).toString("hex") },
    ]),
  );
  const distributorID = randomUUID();
  const name = "Harbour Agents";
  await issuer.call("POST", "/distributors", { distributorID, name, users: Object.values(people) });
  const phone = `+234 8${String(randomInt(10 ** 9)).padStart(9, "0")}`;
  const house = { distributorID, name, people, phone, issuer };
  await issuer.topUp(house, "50000.00");
  return house;
}
