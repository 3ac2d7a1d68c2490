/**
 * One trader, two vaults, a venue and two desks on three chains: collateral in, a trading line, positions, a loan, a price
 * move at night, and everything back out.
 *
 * @module
 */
import { issuerNamed, type NetworkIssuer } from "../../src/chain/network.ts";
import { writeAtomic } from "../../src/base/files.ts";
import { formatProof } from "../../src/groth16/proof.ts";
import { renderHtml } from "../../src/margin/report/html.ts";
import type { Holding } from "../../src/account/holdings.ts";
import { formatPercent, formatUsd, lotsToUnits } from "../../src/base/amounts.ts";
import { marginReport } from "../../src/margin/report/marginReport.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { VenueEngine } from "../../src/venue/engine.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import type { Actors } from "./actors.ts";
import { heldBack, spentLater, type Leftovers } from "./attacks.ts";
import { DEPLOYER, RECEIVE_INTERVAL } from "./network.ts";

/** Lots of USD instruments are cents; the desks' tokens have six decimals. */
const CENTS = 100n;
const TOKEN_USD = 1_000_000n;

/** Tells it, step by step. Returns what an attacker might have kept of it. */
export async function tell(actors: Actors): Promise<Leftovers> {
  const { trader, keeper, meter, network, chains } = actors;
  const issuer = (name: string): NetworkIssuer => issuerNamed(network, name);
  const [venue, deskA, deskB] = [issuer("venue-b"), issuer("desk-a"), issuer("desk-b")];
  const instrument = (name: string): number =>
    actors.table.listings.find((listing) => listing.name === name)!.instrument;

  meter.chapter("3. Collateral on two chains becomes one account at home");
  await trader.deposit(instrument("vault-ethereum:WBTC"), 120_000n);
  await trader.deposit(instrument("vault-ethereum:USDC"), 400_000n);
  await meter.done("deposit 12 WBTC and 400,000 USDC on ethereum");
  await trader.deposit(instrument("vault-arbitrum:ETH"), 150_000n);
  await meter.done("deposit 150 ETH on arbitrum");
  await actors.relay("relay the vaults' notes home: header, storage proof, join");
  const arrived = await trader.view();
  await trader.receive({ tier: "M" });
  await meter.done("open the account by receiving three notes");

  meter.chapter("4. A trading line; positions come from the venue's outbox and the line is given back");
  await trader.bookCredit(venue, 600_000n * CENTS);
  await meter.done("table a line of 600,000 USD for venue-b in the account");
  await actors.relay("relay the account's new state to both chains");
  await trader.authorise(venue);
  await trader.setNoteKey(venue);
  await meter.done("show venue-b that the account is covered: its line is open");
  await postPositions(actors, venue);
  await meter.done("the venue posts 20 BTC-PERP, −250 ETH-PERP and cash, releasing 200,000 USD");
  await chains.pass(RECEIVE_INTERVAL);
  await actors.relay("relay the venue's batch home");
  await trader.receive();
  await meter.done("receive positions, cash and release: one note");

  meter.chapter("5. Credit booked once, shown to a desk on another chain, drawn");
  await trader.bookCredit(deskA, 500_000n * CENTS);
  await trader.bookCredit(deskB, 50_000n * CENTS);
  await meter.done("table 500,000 USD for desk-a and 50,000 for desk-b");
  await actors.relay("relay the account's new state");
  await trader.authorise(deskA);
  await meter.done("prove to desk-a on ethereum: its line is open");
  await trader.authorise(deskB);
  await meter.done("prove to desk-b on arbitrum");
  await trader.draw(deskA, 300_000n * TOKEN_USD);
  await trader.draw(deskB, 10_000n * TOKEN_USD);
  await meter.done("draw 300,000 USDC and 10,000 USDC");
  await showMargin(actors);
  const before = await trader.view();
  const oldTable = await actors.tree();

  meter.chapter("6. Prices move at night; reporters sign a new table, the keeper proves again");
  await chains.pass(RECEIVE_INTERVAL);
  await actors.nextEpoch(
    { BTC: -600, ETH: -450 },
    "BTC −6 %, ETH −4.5 %: a new epoch, signed and published on three chains",
  );
  await showMargin(actors);
  await keeper.run();
  await meter.done("the keeper, who holds no spend key, refreshes every line");

  meter.chapter("7. Extending a line inside one 12-second block");
  const started = performance.now();
  await trader.refresh(deskA);
  const seconds = (performance.now() - started) / 1000;
  await meter.done("prove at initial margin and extend desk-a's line");
  console.log(`    proof made, checked and mined in ${seconds.toFixed(1)} s`);
  await writeAtomic(`${actors.out}/solvency-proof.json`, formatProof(actors.shown()));

  meter.chapter("8. Repay, release, close, withdraw");
  await trader.repay(deskA);
  await trader.release(deskA, 200_000n * CENTS);
  await meter.done("repay desk-a, release 200,000 USD of its line");
  await heldBack(actors, deskA, 400_000n * TOKEN_USD);
  await trader.release(deskA);
  await meter.done("release the rest");
  await actors.relay("relay the release notes home");
  await trader.receive();
  await trader.closeLine(deskA);
  await meter.done("receive them, close the line, drop credit and release");
  await trader.spendCollateral(instrument("vault-ethereum:WBTC"), 30_000n);
  await meter.done("take 3 WBTC out of the account");
  await actors.relay("relay the exit to the vault");
  await trader.collect();
  await meter.done("exit proof, claim: the vault pays 3 WBTC");
  await restore(actors);
  return {
    deskB,
    spentNote: spentLater(arrived.notes),
    spentUnder: arrived.notesRoot,
    oldAccount: before.account!,
    oldPath: (await before.accountPath(deskB.chain))!,
    oldTable,
  };
}

/** Another machine, with nothing but the spend key. */
async function restore({ trader, keys, network, chains, meter }: Actors): Promise<void> {
  const [mine, restored] = [
    await trader.view(),
    await (await ChainWallet.open(network, chains.nodes, { ...keys })).refresh(),
  ];
  if (restored.account?.commitment !== mine.account!.commitment || restored.lines.length !== mine.lines.length)
    throw new Error("what is restored must be what was there");
  await meter.done(
    `restore from the spend key alone: ${restored.versions.length} versions, ${restored.account.holdings.length} holdings, ${restored.lines.length} lines`,
  );
}

/** What the venue's matching engine does at the end of a window: one note to each alias that traded. */
async function postPositions(actors: Actors, venue: NetworkIssuer): Promise<void> {
  const {
    table: { table, listings },
  } = actors;
  const place = (name: string): number => listings.findIndex((listing) => listing.name === name);
  const leg = (name: string, size: bigint): Holding => ({ instrument: listings[place(name)]!.instrument, size });
  const mark = (name: string): bigint => table.rows[place(name)]!.mark;
  const [btc, eth] = [20_000n, -25_000n];
  // Bought at the mark: cash moves by what the positions are worth, µUSD to cents.
  const cash = -(btc * mark("venue-b:BTC-PERP") + eth * mark("venue-b:ETH-PERP")) / 10_000n;
  const engine = await VenueEngine.open(
    actors.node(venue.chain),
    venue,
    await actors.sender(venue.chain, DEPLOYER),
    new FileStore(actors.out),
  );
  const { alias } = await actors.lineAt(venue);
  await engine.post(
    {
      id: "window-1",
      postings: [
        {
          alias,
          released: 200_000n * CENTS,
          unreceived: 0n,
          exposed: true,
          legs: [leg("venue-b:USD", cash), leg("venue-b:BTC-PERP", btc), leg("venue-b:ETH-PERP", eth)],
        },
      ],
    },
    "window-1",
  );
}

/** What the trader alone sees. */
async function showMargin({ trader, table: listed, out }: Actors): Promise<void> {
  const { account } = await trader.view();
  const positions = account!.holdings.map(({ instrument, size }) => {
    const place = listed.table.rows.findIndex((row) => row.instrument === instrument);
    return { row: listed.table.rows[place]!, listing: listed.listings[place]!, size };
  });
  const report = marginReport(positions, listed);
  const { equity, requirement, ratioBps, band } = report;
  await writeAtomic(`${out}/margin.html`, renderHtml(report));
  for (const { listing, size } of positions)
    console.log(`      ${listing.name.padEnd(24)} ${lotsToUnits(size, listing.lot).padStart(16)} ${listing.unit}`);
  console.log(
    `    what nobody else sees: equity ${formatUsd(equity)} USD, required ${formatUsd(requirement)} USD, ${formatPercent(ratioBps!)} of maintenance: ${band}; with charts in ${out}/margin.html`,
  );
}
