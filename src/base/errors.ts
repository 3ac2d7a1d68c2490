/**
 * Typed errors. Each says where (a path such as `holdings[3].size`), which rule, and the value that broke it. No error
 * ever carries a key, a passphrase or a witness.
 *
 * @module
 */

/** Base of every error this package throws on purpose; anything else is a defect. */
export class PlimsollError extends Error {
  override readonly name: string = "PlimsollError";
}

/** Input that breaks a rule of its format or of the protocol. Reads as `holdings[3].size: must be below 2^38 lots, got 2^51`. */
export class InputError extends PlimsollError {
  override readonly name = "InputError";
  constructor(
    readonly path: string,
    readonly rule: string,
    readonly value?: unknown,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${rule}${value === undefined ? "" : `, got ${show(value)}`}`, options);
  }
}

/** The portfolio is not covered at the coverage asked for. Amounts are µUSD. */
export class MarginError extends PlimsollError {
  override readonly name = "MarginError";
  constructor(
    readonly coverage: number,
    readonly equity: bigint,
    readonly required: bigint,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** A circuit, key or manifest that is missing, foreign or changed since it was built. */
export class ArtifactError extends PlimsollError {
  override readonly name = "ArtifactError";
  constructor(
    readonly path: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${rule}`, options);
  }
}

/** A proof that is malformed or does not verify. */
export class ProofError extends PlimsollError {
  override readonly name = "ProofError";
  constructor(
    readonly path: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${rule}`, options);
  }
}

/** A call that a contract refuses, by the name of its error; nothing was sent, or what was sent changed nothing. */
export class RefusedError extends PlimsollError {
  override readonly name = "RefusedError";
  constructor(
    /** Contract and function, such as `CreditDesk.draw`. */
    readonly call: string,
    /** Name of the contract's error, such as `BeyondLine`. */
    readonly refusal: string,
    readonly args: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    const values = Object.entries(args)
      .map(([name, value]) => `${name} ${show(value)}`)
      .join(", ");
    super(`${call}: ${refusal}${values === "" ? "" : ` (${values})`}`, options);
  }
}

/** A node that can't be reached, is of another chain, or answers what can't be. Trying again may help. */
export class NodeError extends PlimsollError {
  override readonly name = "NodeError";
  constructor(
    readonly chain: string,
    readonly rule: string,
    options?: ErrorOptions,
  ) {
    super(`${chain}: ${rule}`, options);
  }
}

/** Something whose time hasn't come. Trying again at `until`, Unix seconds, will help. */
export class WaitError extends PlimsollError {
  override readonly name = "WaitError";
  constructor(
    readonly path: string,
    readonly until: number,
    why: string,
  ) {
    super(`${path}: ${why}, until ${new Date(until * 1000).toISOString().replace(".000", "")}`);
  }
}

/** A keystore that can't be opened: wrong passphrase or a damaged file. */
export class KeystoreError extends PlimsollError {
  override readonly name = "KeystoreError";
}

/**
 * A text without URLs, which may hold keys.
 *
 * @example
 * ```ts
 * import { withoutUrls } from "plimsoll/toolkit";
 *
 * withoutUrls("no answer from https://user:secret@node.example"); // "no answer from <url>"
 * ```
 */
export const withoutUrls = (text: string): string => text.replace(/\b(https?|wss?):\/\/[^\s"'\\)]+/gi, "<url>");

/** Shortens a value for a message, URLs left out; powers of two above 2^20 read as such. */
function show(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  const text = withoutUrls(
    typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value)),
  );
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
