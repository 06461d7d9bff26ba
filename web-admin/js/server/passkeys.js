// @ts-check
/** Passkeys: the browser's own dialogs around the server's options. */

import { ApiError } from "./api.js";

/** @import { CreationOptions, RequestOptions } from "../types/api.d.ts" */

/** Passkeys belong to a name; a bare address, such as 127.0.0.1, has none. */
const HAS_NAME = !/^[\d.]+$|^\[/.test(location.hostname);

/** True where the browser can make and use passkeys. */
export function passkeysWork() {
  return HAS_NAME && "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

/** The reason why passkeys do not work here, as a sentence. */
export function whyNoPasskeys() {
  if (HAS_NAME) return "This browser has no passkeys.";
  const named = location.hostname === "127.0.0.1" ? `, such as http://localhost:${location.port}` : "";
  return `Passkeys need an address with a name${named}.`;
}

/** True where the browser offers passkeys in the list of a field. */
export async function passkeysAreListed() {
  return passkeysWork() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
}

/** @param {unknown} error */
function inWords(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "AbortError" || name === "TimeoutError") return error;
  if (name === "InvalidStateError") {
    return new ApiError(409, "already_exists", "This device has a passkey for your account already.");
  }
  if (name === "SecurityError") {
    return new ApiError(400, "invalid_request", "Passkeys do not work at this address; open the page by its name.");
  }
  return new ApiError(400, "cancelled", "No passkey was used: it was cancelled, took too long, or there is none here.");
}

/** @param {Credential | null} credential */
function asJSON(credential) {
  if (!(credential instanceof PublicKeyCredential)) throw inWords(null);
  return credential.toJSON();
}

/**
 * Makes a passkey; the result as JSON.
 * @param {CreationOptions} options
 */
export async function makePasskey(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    /** @type {PublicKeyCredentialCreationOptionsJSON} */ (/** @type {unknown} */ (options)),
  );
  try {
    return asJSON(await navigator.credentials.create({ publicKey }));
  } catch (error) {
    throw error instanceof ApiError ? error : inWords(error);
  }
}

/**
 * Uses a passkey; the result as JSON.
 * @param {RequestOptions} options
 * @param {AbortSignal} [signal] given where the browser offers passkeys in the list of a field
 */
export async function usePasskey(options, signal) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    /** @type {PublicKeyCredentialRequestOptionsJSON} */ (/** @type {unknown} */ (options)),
  );
  try {
    return asJSON(
      await navigator.credentials.get(signal ? { publicKey, signal, mediation: "conditional" } : { publicKey }),
    );
  } catch (error) {
    throw error instanceof ApiError ? error : inWords(error);
  }
}
