/**
 * Posts a window's fills: `node out/post.js network.json fills.json window-42`. The node's address is in VENUE_RPC and the
 * engine's key in VENUE_KEY; keep both to yourself.
 */
import { Wallet } from "ethers";
import { readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import {
  FileStore,
  Node,
  Sender,
  VenueEngine,
  chainNamed,
  issuerNamed,
  newestTable,
  parseBatch,
  parseNetwork,
  readLines,
} from "plimsoll/venue";
import { compose, type Fills } from "./compose.js";

const [networkFile, fillsFile, id] = process.argv.slice(2);
if (networkFile === undefined || fillsFile === undefined || id === undefined)
  throw new Error("usage: post.js <network.json> <fills.json> <batch id>");

const network = parseNetwork(JSON.parse(await readFile(networkFile, "utf8")));
const venue = issuerNamed(network, process.env["VENUE"] ?? "venue-a", "venue");
/** What was signed and posted: back it up, or a batch could be posted twice. */
const store = new FileStore("home");
const node = await Node.connect(chainNamed(network, venue.chain), process.env["VENUE_RPC"] ?? "http://127.0.0.1:8545");
try {
  const { lines } = await readLines(node, venue, store);
  const fills = JSON.parse(await readFile(fillsFile, "utf8"), (key, value: unknown) =>
    key === "alias" ? BigInt(value as string) : value,
  ) as Fills[];
  const batch = compose(id, lines, fills);

  const { listed } = await newestTable(
    node,
    { urls: (process.env["VENUE_REPORTERS"] ?? "http://127.0.0.1:8802").split(","), store },
    network.tiers[0]!,
  );
  const sender = await Sender.open(node, new Wallet(process.env["VENUE_KEY"] ?? ""), { store });
  const engine = await VenueEngine.open(node, venue, sender, store);
  const digest = createHash("sha256").update(JSON.stringify(batch)).digest("hex");
  const posted = await engine.post(parseBatch(batch, listed, await engine.release()), digest);
  console.log(`batch ${posted.number}: ${posted.receipt === undefined ? "posted before" : posted.receipt.hash}`);
} finally {
  node.close();
}
