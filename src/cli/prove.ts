/**
 * plimsoll prove: a proof from a request file, on a machine that needs no chain.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { InputError } from "../base/errors.ts";
import { readText, writeAtomic } from "../base/files.ts";
import { formatProof } from "../groth16/proof.ts";
import { REQUEST_LENGTH, decodeRequest } from "../statements/requestFile.ts";
import { remark, show, type Globals } from "./command.ts";
import { withProver } from "./proving.ts";

interface Flags extends Globals {
  readonly out?: string;
}

export async function proveRequest(flags: Flags, file: string): Promise<void> {
  const request = decodeRequest(file === "-" ? await readStdin() : await readText(file, REQUEST_LENGTH));
  if (file !== "-" && ((await stat(file)).mode & 0o077) !== 0) remark(flags, `warning: others can read ${file}, which holds keys: chmod 600`);
  const proof = await withProver(flags, (prove) => prove(request));
  const text = formatProof(proof);
  if (flags.out === undefined) return void process.stdout.write(text);
  await writeAtomic(flags.out, text, { secret: true });
  const { circuit, tier, key } = proof;
  show(flags, { proof: flags.out, circuit, tier, key }, () => `proved and verified: ${circuit}, tier ${tier}\nproof ${flags.out}`);
}

async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk as string;
    if (text.length > REQUEST_LENGTH) throw new InputError("request", `must be at most ${REQUEST_LENGTH} characters`);
  }
  return text;
}
