/**
 * Runs a tool written for Node in a process of its own.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** Its exit code, null when a signal ended it, and all that it printed, without colours. */
export function runNode(cwd: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: stripVTControlCharacters(Buffer.concat(chunks).toString()) }));
  });
}
