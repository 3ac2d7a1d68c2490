/**
 * One trader, two vaults, a venue and two desks on three chains: collateral in, a trading line, positions, a loan, a price
 * move at night, and everything back out.
 *
 * @module
 */
import { issuerNamed, type NetworkIssuer } from "../../src/chain/network.ts";
import { Sender } from "../../src/chain/sender.ts";
import { formatPercent, formatUsd, lotsToUnits } from "../../src/decimal.ts";
import { marginReport } from "../../src/report/marginReport.ts";
import { named } from "../../src/wallet/attention.ts";
import { buildBatch } from "../../src/venue/batch.ts";
import type { Actors } from "./actors.ts";
import { DEPLOYER, FOLD_INTERVAL, TRADER } from "./network.ts";

const USD = 100n;
const TOKEN_USD = 1_000_000n;

/** What the attacks after it need. */
export interface Story {
  readonly deskA: NetworkIssuer;
  readonly deskB: NetworkIssuer;
}

export async function tell(actors: Actors): Promise<Story> {
  const { trader, keeper, meter, network, books, chains } = actors;
  const issuer = (name: string): NetworkIssuer => issuerNamed(network, name);
  const [venue, deskA, deskB] = [issuer("venue-b"), issuer("desk-a"), issuer("desk-b")];
  const instrument = (name: string): number => books.now.listings.find((listing) => listing.name === name)!.instrument;

  meter.chapter("3. Collateral on two chains becomes one account at home");
  await trader.deposit(instrument("vault-ethereum:WBTC"), 120_000n);
  await trader.deposit(instrument("vault-ethereum:USDC"), 400_000n);
  await meter.done("deposit 12 WBTC and 400,000 USDC on ethereum");
  await trader.deposit(instrument("vault-arbitrum:ETH"), 150_000n);
  await meter.done("deposit 150 ETH on arbitrum");
  await actors.relay("relay the vaults' notes home: header, storage proof, join");
  await trader.fold("M");
  await meter.done("open the account by folding three notes");

  meter.chapter("4. A trading line; positions come from the venue's outbox and the line is given back");
  await trader.bookCredit(venue, 600_000n * USD);
  await meter.done("book a line of 600,000 USD for venue-b in the account");
  await actors.relay("relay the account's new state to both chains");
  await trader.authorise(venue);
  await trader.setNoteKey(venue);
  await meter.done("show venue-b that the account floats: its line is open");
  await postPositions(actors, venue);
  await meter.done("the venue posts 14 BTC-PERP, −250 ETH-PERP and cash, releasing 200,000 USD");
  await chains.pass(FOLD_INTERVAL);
  await actors.relay("relay the venue's batch home");
  await trader.fold();
  await meter.done("fold positions, cash and release: one note");

  meter.chapter("5. Credit booked once, shown to a desk on another chain, drawn");
  await trader.bookCredit(deskA, 500_000n * USD);
  await trader.bookCredit(deskB, 50_000n * USD);
  await meter.done("book 500,000 USD for desk-a and 50,000 for desk-b");
  await actors.relay("relay the account's new state");
  await trader.authorise(deskA);
  await meter.done("prove to desk-a on ethereum: its line is open");
  await trader.authorise(deskB);
  await meter.done("prove to desk-b on arbitrum");
  await trader.draw(deskA, 300_000n * TOKEN_USD);
  await trader.draw(deskB, 10_000n * TOKEN_USD);
  await meter.done("draw 300,000 USDC and 10,000 USDC");
  await showMargin(actors);

  meter.chapter("6. Prices move at night; reporters sign a new book, the keeper proves again");
  await chains.pass(FOLD_INTERVAL);
  await actors.publishNext({ BTC: -600, ETH: -450 }, "BTC −6 %, ETH −4.5 %: a new epoch, signed and published on three chains");
  await showMargin(actors);
  await keeper.step();
  await meter.done("the keeper, who holds no spend key, refreshes every line");

  meter.chapter("7. Extending a line inside one 12-second block");
  const started = performance.now();
  await trader.refresh(deskA);
  const seconds = (performance.now() - started) / 1000;
  await meter.done("prove at initial margin and extend desk-a's line");
  console.log(`  proof made, checked and mined in ${seconds.toFixed(1)} s`);

  meter.chapter("8. Repay, release, close, withdraw");
  await trader.repay(deskA);
  await trader.release(deskA, 200_000n * USD);
  await meter.done("repay desk-a, release 200,000 USD of its line");
  await actors.heldBack(deskA);
  await trader.release(deskA);
  await meter.done("release the rest");
  await actors.relay("relay the release notes home");
  await trader.fold();
  await trader.closeLine(deskA);
  await meter.done("fold them, close the line, drop credit and release");
  await trader.lowerCollateral(instrument("vault-ethereum:WBTC"), 30_000n);
  await meter.done("take 3 WBTC out of the account");
  await actors.relay("relay the exit to the vault");
  await trader.collect();
  await meter.done("exit proof, claim: the vault pays 3 WBTC");
  return { deskA, deskB };
}

/** What the venue's matching engine does at the end of a window: one note to each alias that traded. */
async function postPositions({ network, chains, books, view }: Actors, venue: NetworkIssuer): Promise<void> {
  const node = chains.nodes.get(venue.chain)!;
  const { lines, noteKeys } = await view(venue);
  const price = (name: string): bigint => books.now.book.rows[books.now.listings.findIndex((listing) => listing.name === name)]!.mark;
  const leg = (name: string, size: bigint): { instrument: number; size: bigint } => ({ instrument: books.now.listings.find((listing) => listing.name === name)!.instrument, size });
  const [btc, eth] = [14_000n, -25_000n];
  // Bought at the mark: cash moves by what positions are worth, µUSD to cents.
  const cash = -(btc * price("venue-b:BTC-PERP") + eth * price("venue-b:ETH-PERP")) / 10_000n;
  const batch = await buildBatch({
    issuerId: venue.id, batchDepth: 3, batchNumber: 0n, release: lines.release,
    postings: [{
      alias: lines.alias, noteKey: noteKeys, released: 200_000n * USD, unfolded: 0n, exposed: true,
      legs: [leg("venue-b:USD", cash), leg("venue-b:BTC-PERP", btc), leg("venue-b:ETH-PERP", eth)],
    }],
  });
  const engine = await Sender.open(node, DEPLOYER);
  await engine.send({ name: "VenueOutbox", address: venue.contract, method: "post", args: [batch.root, batch.postings, batch.sealedNotes] });
  void network;
}

async function showMargin({ trader, books }: Actors): Promise<void> {
  const { account } = await trader.view();
  const places = new Map(books.now.book.rows.map(({ instrument }, i) => [instrument, i]));
  const positions = account!.holdings.map(({ instrument, size }) => ({ row: books.now.book.rows[places.get(instrument)!]!, listing: books.now.listings[places.get(instrument)!]!, size }));
  const { equity, requirement, ratioBps, band } = marginReport(positions, books.now);
  for (const { instrument, size } of account!.holdings) {
    const { name, units, unit } = named(instrument, size, books.now);
    console.log(`      ${name.padEnd(24)} ${units.padStart(16)} ${unit}`);
  }
  console.log(`    only the trader sees this: equity ${formatUsd(equity)} USD, required ${formatUsd(requirement)} USD, ${formatPercent(ratioBps!)} of maintenance: ${band}`);
}
void [lotsToUnits, TRADER];
