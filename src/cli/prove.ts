/**
 * plimsoll prove: a proof from a request file, on a machine that needs no chain.
 *
 * @module
 */
import { examples, type Program } from "./options.ts";

export function proveCommand(program: Program): void {
  examples(
    program
      .command("prove <request>")
      .description("prove and verify what a request file asks for (- for standard input), without any chain")
      .option("--out <file>", "where to write the proof, for its owner's eyes (default: standard output)"),
    "plimsoll prove request.json --out proof.json",
    "plimsoll prove - < request.json > proof.json",
  )
    .addHelpText(
      "after",
      `
A request file holds keys and holdings. Scripts and pages make one: encodeRequest(proofRequest(statement)) of plimsoll/toolkit.`,
    )
    .action(async (file, _, command) => {
      const [
        { stat },
        { readText, writeAtomic },
        { formatProof },
        { REQUEST_LENGTH, decodeRequest },
        { interruptible },
        { remark, show },
        { withProver },
      ] = await Promise.all([
        import("node:fs/promises"),
        import("../base/files.ts"),
        import("../groth16/proof.ts"),
        import("../statements/requestFile.ts"),
        import("./interrupt.ts"),
        import("./output.ts"),
        import("./proving.ts"),
      ]);
      const flags = command.optsWithGlobals();
      const request = decodeRequest(
        file === "-" ? await readStdin(REQUEST_LENGTH) : await readText(file, REQUEST_LENGTH),
      );
      if (file !== "-" && ((await stat(file)).mode & 0o077) !== 0)
        remark(flags, `warning: others can read ${file}, which holds keys: chmod 600`);
      const proof = await interruptible((signal) => withProver(flags, signal, (prove) => prove(request)));
      const text = formatProof(proof);
      if (flags.out === undefined) return void process.stdout.write(text);
      await writeAtomic(flags.out, text, { secret: true });
      const { circuit, tier, key } = proof;
      show(
        flags,
        { proof: flags.out, circuit, tier, key },
        () => `proved and verified: ${circuit}, tier ${tier}\nproof ${flags.out}`,
      );
    });
}

/** All of standard input; what is beyond the limit isn't kept. */
async function readStdin(limit: number): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) if (text.length <= limit) text += chunk as string;
  return text;
}
