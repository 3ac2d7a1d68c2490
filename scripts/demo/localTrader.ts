/**
 * The demo's trader: one account on a local ledger, and everything it proves.
 *
 * @module
 */
import { Account } from "../../src/account/account.ts";
import type { Exit } from "../../src/account/exit.ts";
import { issuerOf, type Holding } from "../../src/account/holdings.ts";
import { aliasOf, depositSalt, ownerOf, randomSpendKey, spendKeys } from "../../src/account/keys.ts";
import { Note } from "../../src/account/note.ts";
import { publicKey, randomScalar, type CommitteeKeys } from "../../src/committee/ciphertext.ts";
import { lotsToUnits } from "../../src/base/amounts.ts";
import { PlimsollError } from "../../src/base/errors.ts";
import { writeAtomic } from "../../src/base/files.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import type { Submission } from "../../src/ledger/state.ts";
import type { ListedPosition } from "../../src/margin/portfolio.ts";
import { COVERAGE_INITIAL, NOTE_LEGS, NO_ISSUER_CAP, TIERS, type CircuitName } from "../../src/protocol/constants.ts";
import { loadVerificationKey } from "../../src/prover/artifacts.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { formatProof, type Proof } from "../../src/groth16/proof.ts";
import { localProver } from "../../src/prover/backends.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { receiveStatement } from "../../src/statements/receive.ts";
import { spendStatement } from "../../src/statements/spend.ts";
import { solvencyStatement } from "../../src/statements/solvency.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** Submits every proof, and is paid by the exit; a well-known test address. */
const SUBMITTER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const MINUTES = 60;

export class Trader {
  private readonly keys = spendKeys(randomSpendKey());
  private readonly owner = ownerOf(this.keys);
  private readonly ledger = Ledger.create("M");
  private readonly prover = localProver();
  private readonly committee: CommitteeKeys = [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())];
  /** The sample's prices are of a day in the past, so the demo lives a minute after them. */
  private readonly submission: Submission;
  private account: Account | undefined;
  private deposits = 0;

  constructor(
    private readonly table: TableTree,
    private readonly clock: Stopwatch,
    private readonly out: string,
  ) {
    const now = BigInt(table.table.asOf + MINUTES);
    this.submission = { account: SUBMITTER, now, deadline: now + BigInt(10 * MINUTES) };
    this.ledger.publish(table);
  }

  close(): Promise<void> {
    return this.prover.close();
  }

  /** Deposits in the vaults become notes; the first receipt opens the account with them. */
  async opensWithCollateral(positions: readonly ListedPosition[]): Promise<void> {
    await this.receives("open the account with the vaults' notes", positions.filter(({ row }) => row.kind === "collateral" && row.issuerCap === NO_ISSUER_CAP));
  }

  /** Each venue's note carries a window's positions and cash together. */
  async receivesVenueNotes(positions: readonly ListedPosition[]): Promise<void> {
    const venues = new Set(positions.filter(({ row }) => row.kind === "position").map(({ row }) => issuerOf(row.instrument)));
    await this.receives("receive the venues' notes", positions.filter(({ row }) => venues.has(issuerOf(row.instrument))));
  }

  /** The debt is booked in the account before any desk sees it. */
  async booksCredit(positions: readonly ListedPosition[]): Promise<void> {
    const { row, size, listing } = positions.find(({ row: { kind } }) => kind === "credit")!;
    const { statement, account } = spendStatement({
      account: this.account!, keys: this.keys, table: this.table, context: this.context,
      move: { kind: "credit", instrument: row.instrument, lots: -size },
    });
    await this.ledger.spend(await this.prove(statement), this.submission);
    this.account = account;
    console.log(`  table ${lotsToUnits(-size, listing.lot)} ${listing.unit} of credit with ${listing.issuer}`);
    this.clock.done("book credit: spend, at initial margin");
  }

  /** What was repaid comes back as the desk's note. */
  async receivesReleases(positions: readonly ListedPosition[]): Promise<void> {
    await this.receives("receive the desk's release note", positions.filter(({ row }) => row.kind === "release"));
  }

  /** To the desk that lent, with the spend key: what opens a line there. */
  async showsSolvency(): Promise<Proof<"solvency">> {
    const account = this.account!;
    const credit = account.holdings.find(({ instrument }) => this.table.open(instrument).row.kind === "credit")!.instrument;
    const statement = solvencyStatement({
      account, keys: this.keys, table: this.table, coverage: COVERAGE_INITIAL, path: this.ledger.accountPath(account.commitment),
      issuerId: issuerOf(credit), show: [credit, credit + 1], committee: this.committee, context: this.context,
    });
    const proof = await this.prove(statement);
    await writeAtomic(`${this.out}/solvency-proof.json`, formatProof(proof));
    this.clock.done("prove solvency to the desk");
    await this.verifiesBoth(proof);
    this.clock.done("verify it twice: noble and snarkjs");
    return proof;
  }

  /** A tenth of the first collateral leaves: against an exit, which the vault pays once. */
  async withdraws(): Promise<void> {
    const [{ instrument, size }] = this.account!.holdings as [Holding];
    const { statement, account, exit } = spendStatement({
      account: this.account!, keys: this.keys, table: this.table, context: this.context,
      move: { kind: "collateral", instrument, lots: size / 10n, recipient: BigInt(SUBMITTER) },
    });
    await this.ledger.spend(await this.prove(statement), this.submission);
    this.account = account;
    this.clock.done("withdraw collateral: spend, against an exit");
    await this.isPaid(exit!);
    this.clock.done("exit at the vault");
  }

  /** Each must be refused; one that passes ends the demo. */
  async attacks(proof: Proof<"solvency">): Promise<void> {
    const { verificationKey } = await loadVerificationKey("solvency", "M");
    const verified = (signals: Partial<Proof<"solvency">["signals"]>) => (): Promise<void> =>
      verify({ ...proof, signals: { ...proof.signals, ...signals } }, verificationKey);
    await this.refused("someone else's alias on the same proof", verified({ alias: proof.signals.alias + 1n }));
    await this.refused("a larger coverage on the same proof", verified({ claim: proof.signals.claim + 1n }));
    await this.refused("another context: a copied proof", verified({ context: proof.signals.context - 1n }));
    const { prover, ledger } = this;
    const reopening = receiveStatement({ keys: this.keys, from: "M", notes: [], notesRoot: ledger.notesRoot, context: this.context });
    await this.refused("a second account of the same owner", async () =>
      ledger.receive(await prover.prove(proofRequest(reopening.statement)), this.submission));
  }

  /** What the wallet does before it proves: refuses with the amount that is missing. */
  async tryToProve(positions: readonly ListedPosition[]): Promise<void> {
    const holdings = positions.map(({ row, size }) => ({ instrument: row.instrument, size }));
    const account = Account.open("M", this.keys, holdings);
    solvencyStatement({
      account, keys: this.keys, table: this.table, coverage: COVERAGE_INITIAL, issuerId: 1, committee: this.committee,
      path: { root: 0n, depth: 0, index: 0n, siblings: Array<bigint>(TIERS.M.depth).fill(0n) }, context: this.context,
    });
  }

  async refused(what: string, attempt: () => Promise<unknown>, kind: abstract new (...args: never[]) => PlimsollError = PlimsollError): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof kind)) throw error;
      console.log(`  refused: ${what}\n           ${error.message}`);
      this.clock.done(`refused: ${what}`);
      return;
    }
    throw new Error(`accepted, and must not be: ${what}`);
  }

  private async receives(what: string, positions: readonly ListedPosition[]): Promise<void> {
    const notes = this.issued(positions);
    for (let i = 0; i < notes.length; i += TIERS.M.notes) {
      const { statement, account } = receiveStatement({
        keys: this.keys, from: this.account ?? "M", context: this.context, notesRoot: this.ledger.notesRoot,
        notes: notes.slice(i, i + TIERS.M.notes).map((note) => this.ledger.receivable(note, this.owner)),
      });
      await this.ledger.receive(await this.prove(statement), this.submission);
      this.account = account;
    }
    console.log(`  ${what}: ${notes.length} notes, ${positions.length} legs`);
    this.clock.done(what);
  }

  /** One note for each issuer, up to 8 legs each. Vaults write to a salted alias, so that deposits can't be linked. */
  private issued(positions: readonly ListedPosition[]): Note[] {
    const issuers = [...new Set(positions.map(({ row }) => issuerOf(row.instrument)))];
    return issuers.flatMap((issuerId) => {
      const held = positions.filter(({ row }) => issuerOf(row.instrument) === issuerId);
      const legs = held.map(({ row, size }) => ({ instrument: row.instrument, size }));
      const vault = held.every(({ row }) => row.kind === "collateral");
      const salt = vault ? depositSalt(this.keys.proveKey, issuerId, this.deposits++) : 0n;
      return Array.from({ length: Math.ceil(legs.length / NOTE_LEGS) }, (_, i) => {
        const note = new Note(issuerId, salt, legs.slice(i * NOTE_LEGS, (i + 1) * NOTE_LEGS), this.ledger.nextSerial(issuerId), 0n);
        this.ledger.issue(note, aliasOf(this.owner, issuerId, salt));
        return note;
      });
    });
  }

  private async isPaid(exit: Exit): Promise<void> {
    const proof = await this.prove(exitStatement(exit, this.ledger.exitPath(exit.leaf), this.context));
    const payment = await this.ledger.exit(proof, this.submission);
    console.log(`  paid ${payment.lots} lots of instrument ${payment.instrument} to ${SUBMITTER}`);
  }

  private async verifiesBoth(proof: Proof): Promise<void> {
    const { verificationKey, keyKind } = await loadVerificationKey(proof.circuit, proof.tier);
    const snarkjs = snarkjsVerifier();
    await verify(proof, verificationKey, [nobleVerifier, snarkjs]).finally(() => snarkjs.close());
    console.log(`  verified by noble and by snarkjs, under a ${keyKind} key`);
  }

  private async prove<C extends CircuitName>(statement: Statement<C>): Promise<Proof<C>> {
    console.log(`  proving ${statement.circuit} …`);
    const proof = await this.prover.prove(proofRequest(statement));
    await writeAtomic(`${this.out}/${statement.circuit}-proof-${++this.proofs}.json`, formatProof(proof));
    return proof;
  }
  private proofs = 0;

  private get context(): bigint {
    return this.ledger.context(this.submission);
  }
}
