/**
 * What a contract said when it refused: its own error by name, with its values.
 *
 * @module
 */
import { Interface, type ErrorDescription } from "ethers";
import { RefusedError } from "../base/errors.ts";
import { ABI } from "./abi.ts";

/** Errors of all contracts: a call may fail in one that it calls. */
const errors = new Interface([...new Set(Object.values(ABI).flat().filter((line) => line.startsWith("error ")))]);

/** The refusal in what ethers threw for a call, or undefined when the contract never got to refuse. */
export function refusalOf(error: unknown, call: string): RefusedError | undefined {
  const { code, data, reason, info } = error as {
    code?: string; data?: string | null; reason?: string | null; info?: { error?: { data?: string; message?: string } };
  };
  if (code !== "CALL_EXCEPTION") return undefined;
  const bytes = data ?? info?.error?.data;
  const parsed = bytes == null ? null : errors.parseError(bytes);
  if (parsed !== null) return new RefusedError(call, parsed.name, named(parsed), { cause: error });
  // Tokens say why in words, or not at all.
  return new RefusedError(call, reason == null || reason === "" ? "reverted without a reason" : reason, {}, { cause: error });
}

const named = ({ fragment, args }: ErrorDescription): Record<string, unknown> =>
  Object.fromEntries(fragment.inputs.map(({ name }, i) => [name === "" ? String(i) : name, args[i] as unknown]));
