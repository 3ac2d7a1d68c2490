/**
 * plimsoll init: a home's config.json to fill in.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { examples, type Program } from "./options.ts";

export function initCommand(program: Program): void {
  examples(
    program
      .command("init")
      .description("write the home's config.json for a network, with an endpoint for each of its chains to fill in")
      .requiredOption("--network <file>", "the network file that whoever deployed it published"),
    "plimsoll init --network network.json",
  ).action(async (_, command) => {
    const [
      { stat },
      { relative, resolve },
      { parseNetwork },
      { readJson, writeAtomic },
      { CONFIG_FORMAT },
      { homeFiles },
      { remark, show },
    ] = await Promise.all([
      import("node:fs/promises"),
      import("node:path"),
      import("../chain/network.ts"),
      import("../base/files.ts"),
      import("./config.ts"),
      import("./home.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    const { config } = homeFiles(flags);
    if (
      await stat(config).then(
        () => true,
        () => false,
      )
    )
      throw new InputError(config, "must not exist yet");
    const { chains } = parseNetwork(await readJson(flags.network));
    const path = relative(resolve(flags.home), resolve(flags.network));
    const json = {
      format: CONFIG_FORMAT,
      version: PROTOCOL_VERSION,
      network: path.startsWith("..") ? resolve(flags.network) : path,
      endpoints: Object.fromEntries(chains.map(({ name }, i) => [name, `http://127.0.0.1:${8545 + i}`])),
      key: "sender.key",
      attestors: [],
      reporters: [],
    };
    await writeAtomic(config, `${JSON.stringify(json, null, 2)}\n`, { secret: true });
    remark(
      flags,
      "Put your nodes' and reporters' URLs into it, and the private key that pays gas into sender.key beside it (chmod 600).",
    );
    show(flags, { config, chains: chains.map(({ name }) => name) }, () => `written to ${config}`);
  });
}
