/**
 * What a contract said when it refused: its own error by name, with its values.
 *
 * @module
 */
import { Interface, type ErrorDescription } from "ethers";
import { RefusedError } from "../base/errors.ts";
import { ABI, type AbiItem } from "./abi.ts";
import { said } from "../base/said.ts";

const SILENT = "reverted without a reason";

/** Errors of all contracts: a call may fail in one that it calls. */
const errors = new Interface(
  Object.values(
    withoutRepeats(
      (Object.values(ABI) as readonly (readonly AbiItem[])[]).flat().filter(({ type }) => type === "error"),
    ),
  ),
);

/** Contracts share errors: each once, by what it says. */
function withoutRepeats(items: readonly AbiItem[]): Readonly<Record<string, AbiItem>> {
  return Object.fromEntries(items.map((item) => [JSON.stringify(item), item]));
}

/** The refusal in what ethers threw for a call, or undefined when the contract never got to refuse. */
export function refusalOf(error: unknown, call: string): RefusedError | undefined {
  const { code, data, info } = error as { code?: unknown; data?: unknown; info?: { error?: unknown } };
  if (code !== "CALL_EXCEPTION") return undefined;
  const { refusal, args } = described(revertData(data) ?? revertData(info?.error)) ?? { refusal: SILENT, args: {} };
  return new RefusedError(call, refusal, args, { cause: error });
}

/**
 * The bytes that a contract reverted with, wherever a node puts them: as `data` of its error, in an object or a sentence
 * there (`Reverted 0x…`). Undefined when there are none, or no whole number of bytes.
 */
export function revertData(given: unknown): string | undefined {
  if (typeof given === "string") {
    const [found] = /\b0x[0-9a-f]*/i.exec(given) ?? [];
    return found === undefined || found.length % 2 !== 0 || found === "0x" ? undefined : found;
  }
  return typeof given === "object" && given !== null && "data" in given ? revertData(given.data) : undefined;
}

/** Undefined for what none of the contracts says, or is cut short. */
function described(
  bytes: string | undefined,
): { readonly refusal: string; readonly args: Record<string, unknown> } | undefined {
  if (bytes === undefined) return undefined;
  try {
    const parsed = errors.parseError(bytes);
    if (parsed === null) return undefined;
    // Tokens say why in words, or not at all.
    if (parsed.signature === "Error(string)") return { refusal: said(parsed.args[0] as string) || SILENT, args: {} };
    return { refusal: parsed.name, args: named(parsed) };
  } catch {
    return undefined;
  }
}

const named = ({ fragment, args }: ErrorDescription): Record<string, unknown> =>
  Object.fromEntries(fragment.inputs.map(({ name }, i) => [name === "" ? String(i) : name, args[i] as unknown]));
