/**
 * plimsoll notes: what a venue's engine posts.
 *
 * @module
 */
import type { PostedBatch } from "../venue/engine.ts";
import { named } from "../wallet/attention.ts";
import type { ListedTable } from "../risk/listing.ts";
import { examples, type Program } from "./options.ts";
import { grouped } from "./words.ts";

export function notesCommands(program: Program): void {
  const notes = program.command("notes").description("a venue's notes, posted in batches by its engine");
  examples(
    notes
      .command("post <batch>")
      .description(
        "post a batch file: each alias's legs, encrypted to it, and what its line releases; run again, it posts nothing twice",
      )
      .requiredOption("--issuer <issuer>", "name or id of the venue"),
    "plimsoll notes post --issuer venue-a batch.json",
  )
    .addHelpText(
      "after",
      `
A batch file:
  { "format": "plimsoll-batch", "version": 1, "id": "2026-11-20-1005",
    "postings": [{ "alias": "1234…", "legs": ["venue-a:BTC-PERP=-2.5", "venue-a:USD=150000"],
                   "released": "100", "unreceived": "2500", "exposed": true }] }
Sizes are in the table's units; "released" and "unreceived" in those of the venue's release instrument.
Before the venue's window is over it ends with exit code 5: post again then.`,
    )
    .action(async (file, _, command) => {
      const [
        { sha256 },
        { bytesToHex, utf8ToBytes },
        { issuerNamed },
        { Sender },
        { readJson },
        { homeStore, withHome },
        { parseBatch },
        { VenueEngine },
        { newestTable, nodeOf },
        { connect, loadConfig, signingKey },
        { tableSources },
        { remark, show },
      ] = await Promise.all([
        import("@noble/hashes/sha2.js"),
        import("@noble/hashes/utils.js"),
        import("../chain/network.ts"),
        import("../chain/sender.ts"),
        import("../base/files.ts"),
        import("./home.ts"),
        import("../venue/batchFile.ts"),
        import("../venue/engine.ts"),
        import("../wallet/submissions.ts"),
        import("./config.ts"),
        import("./onchain.ts"),
        import("./output.ts"),
      ]);
      const flags = command.optsWithGlobals();
      const config = await loadConfig(flags.home);
      const { network } = config;
      const venue = issuerNamed(network, flags.issuer, "venue");
      const json = await readJson(file);
      const signer = await signingKey(config);
      const nodes = await connect(config, [venue.chain]);
      try {
        await withHome(flags, async () => {
          const node = nodeOf(nodes, venue.chain);
          const store = homeStore(flags);
          const { listed } = await newestTable(node, tableSources(config, store), network.tiers[0]!);
          const sender = await Sender.open(node, signer, { store });
          const engine = await VenueEngine.open(node, venue, sender, store);
          const release = await engine.release();
          const batch = parseBatch(json, listed, release);
          const posted = await engine.post(batch, bytesToHex(sha256(utf8ToBytes(JSON.stringify(json)))));
          for (const alias of posted.unencrypted)
            remark(
              flags,
              `alias ${alias} has named no usable note key: hand its note over yourself, ${posted.recordPath} has it`,
            );
          show(flags, resultOf(batch.id, posted), () => words(batch.id, posted, release, listed));
        });
      } finally {
        for (const node of nodes.values()) node.close();
      }
    });
}

const resultOf = (id: string, { number, root, postings, receipt, unencrypted, recordPath }: PostedBatch): object => ({
  id,
  batch: number,
  root,
  record: recordPath,
  already: receipt === undefined,
  transaction: receipt?.hash,
  gas: receipt?.gasUsed,
  unencrypted,
  postings: postings.map(({ alias_: alias, ...posting }) => ({ alias, ...posting })),
  units: { "postings.released, unreceived": "lots of the venue's release instrument" },
});

function words(
  id: string,
  { number, root, postings, receipt }: PostedBatch,
  release: number,
  listed: ListedTable,
): string {
  const amount = (lots: bigint): string => {
    const { units, unit } = named(release, lots, listed);
    return `${grouped(units)} ${unit}`;
  };
  return [
    receipt === undefined
      ? `batch ${number} (${id}) was posted already: nothing was sent`
      : `batch ${number} (${id}) posted: ${receipt.gasUsed} gas, ${receipt.hash}`,
    `root     ${root}`,
    ...postings.map(
      ({ alias_, released, unreceived, exposed }) =>
        `alias    ${alias_}: ${amount(released)} released, ${amount(unreceived)} unreceived, ${exposed ? "exposed" : "nothing exposed"}`,
    ),
  ].join("\n");
}
