/**
 * plimsoll verify: both verifiers, on nothing but the proof and a verification key.
 *
 * @module
 */
import { issuerOf } from "../protocol/instrument.ts";
import { formatPercent } from "../base/amounts.ts";
import { ArtifactError, InputError, ProofError } from "../base/errors.ts";
import { TIERS } from "../protocol/constants.ts";
import type { AnyProof, KeyKind } from "../groth16/proof.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { VerificationKey } from "../groth16/groth16.ts";
import { named } from "../wallet/attention.ts";
import { examples, type Program } from "./options.ts";
import { date, short } from "./words.ts";

export function verifyCommand(program: Program): void {
  examples(
    program
      .command("verify <proof>")
      .description("verify a proof with two independent verifiers")
      .option("--key <file>", "verification key in snarkjs's JSON (default: the build's)")
      .option("--table <file>", "also check that the proof is on this risk table, and show its names, epoch and times"),
    "plimsoll verify build/demo/solvency-proof.json",
    "plimsoll verify proof.json --key vkey.json --table epoch-1.json --json",
  ).action(async (file, _, command) => {
    const [
      { readText },
      { isClaimName, unpackClaim },
      { nobleVerifier },
      { parseProof },
      { snarkjsVerifier },
      { verify },
      { loadTable, tableForNames },
      { show },
    ] = await Promise.all([
      import("../base/files.ts"),
      import("../protocol/claim.ts"),
      import("../groth16/nobleVerifier.ts"),
      import("../groth16/proof.ts"),
      import("../prover/snarkjsVerifier.ts"),
      import("../groth16/verify.ts"),
      import("./home.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    const proof = parseProof(await readText(file));
    const { verificationKey, keyKind } = await keyFor(proof, flags.key);
    if (keyKind !== undefined && proof.key.kind !== keyKind)
      throw new ProofError("key.kind", `must be ${keyKind}, as of the key at hand, got ${proof.key.kind}`);
    const snarkjs = snarkjsVerifier();
    await verify(proof, verificationKey, [nobleVerifier, snarkjs]).finally(() => snarkjs.close());
    const table = flags.table === undefined ? undefined : await loadTable(flags, flags.table);
    if (table !== undefined) await checkTableOf(proof, table);
    const { circuit, tier } = proof;
    const signals = isClaimName(circuit)
      ? { ...proof.signals, claim: unpackClaim(circuit, (proof.signals as { readonly claim: bigint }).claim) }
      : proof.signals;
    const epoch =
      table === undefined
        ? undefined
        : { number: table.table.epoch, asOf: table.table.asOf, notAfter: table.table.notAfter };
    const result = {
      verified: true,
      circuit,
      tier,
      key: { hash: proof.key.hash, kind: keyKind ?? "given" },
      verifiers: [nobleVerifier.name, snarkjs.name],
      signals,
      ...(epoch === undefined ? {} : { epoch }),
    };
    const names = flags.json === true ? undefined : (table ?? (await tableForNames(flags)));
    show(flags, result, () =>
      [
        `verified: ${circuit}, tier ${tier}, by ${result.verifiers.join(" and ")}`,
        keyWords(keyKind),
        ...(epoch === undefined
          ? []
          : [
              `on the table at hand: epoch ${epoch.number}, prices of ${date(epoch.asOf)}, good until ${date(epoch.notAfter)}`,
            ]),
        ...signalLines(signals, names),
        `Compare ${COMPARE[circuit]} with what you know (whole in --json): a proof says no more than that they belong together.`,
      ].join("\n"),
    );
  });
}

const COMPARE = {
  receive: "commitments, notes root and context",
  spend: "commitments, table root, coverage and context",
  solvency: "accounts root, table root, alias, committee and context",
  exit: "exits root and context",
} as const;

async function keyFor(
  { circuit, tier }: AnyProof,
  file: string | undefined,
): Promise<{ verificationKey: VerificationKey; keyKind: KeyKind | undefined }> {
  const [{ readJson }, { loadVerificationKey }, { parseVerificationKey }] = await Promise.all([
    import("../base/files.ts"),
    import("../prover/artifacts.ts"),
    import("../groth16/verificationKey.ts"),
  ]);
  if (file === undefined) {
    return loadVerificationKey(circuit, tier).catch((cause: unknown) => {
      if (cause instanceof ArtifactError)
        throw new ArtifactError(cause.path, `${cause.rule}; --key takes a verification key`, { cause });
      throw cause;
    });
  }
  const json = await readJson(file).catch((cause: unknown) => {
    if (cause instanceof InputError) throw new ArtifactError(cause.path, cause.rule, { cause });
    throw cause;
  });
  return { verificationKey: parseVerificationKey(json, file), keyKind: undefined };
}

function keyWords(kind: KeyKind | undefined): string {
  if (kind === "development")
    return "key: DEVELOPMENT. Whoever made it could forge this proof: good for trying out, worth nothing as evidence.";
  if (kind === "ceremony") return "key: from a ceremony; nobody can forge if one contributor was honest";
  return "key: the one you gave; whether it may be trusted is for you to know";
}

async function checkTableOf(proof: AnyProof, { table }: ListedTable): Promise<void> {
  const { TableTree } = await import("../risk/tree.ts");
  if (proof.circuit !== "solvency" && proof.circuit !== "spend")
    throw new InputError("table", `is nothing that a ${proof.circuit} proof is on`);
  const { root } = await TableTree.build(table, TIERS[proof.tier]);
  if (proof.signals.tableRoot !== root)
    throw new ProofError(
      "publicSignals.tableRoot",
      `must be that of the table at hand, ${root}, got ${proof.signals.tableRoot}`,
    );
}

/** Signals by name: long numbers by their ends, lists by their length, instruments and sizes as the table calls them. */
function signalLines(signals: object, listed: ListedTable | undefined): string[] {
  const line = (name: string, value: string): string => `  ${name.padEnd(17)} ${value}`;
  const holding = (instrument: number, lots: bigint): string => {
    const { name, units, unit } = named(instrument, lots, listed);
    return `${name} ${units} ${unit}`;
  };
  const all = signals as Readonly<Record<string, unknown>>;
  return Object.entries(all).flatMap(([name, value]): string[] => {
    if (Array.isArray(value))
      return [
        line(
          name,
          value.length > 4
            ? `${value.length} numbers, ${short(value[0] as bigint)} first`
            : value.map((item) => short(item as bigint)).join(", "),
        ),
      ];
    if (name === "claim") {
      const claim = value as {
        coverage?: number;
        onAnyTable?: boolean;
        withSpendKey?: boolean;
        report?: boolean;
        issuerId?: number;
        salt?: number;
        instrumentA?: number;
        sizeA?: bigint;
        instrumentB?: number;
        sizeB?: bigint;
      };
      const issuer = listed?.listings.find(({ instrument }) => issuerOf(instrument) === claim.issuerId)?.issuer;
      const shown = [
        [claim.instrumentA, claim.sizeA],
        [claim.instrumentB, claim.sizeB],
      ].flatMap(([instrument, size]) =>
        instrument === undefined || instrument === 0 ? [] : [holding(Number(instrument), BigInt(size!))],
      );
      const said: string[] = [
        ...(claim.coverage === undefined ? [] : [`equity covers ${formatPercent(claim.coverage)} of the requirement`]),
        ...(claim.onAnyTable === true ? ["on any table"] : []),
        ...(claim.issuerId === undefined ? [] : [`to ${issuer ?? `issuer ${claim.issuerId}`}`]),
        ...(claim.withSpendKey === undefined
          ? []
          : [claim.withSpendKey ? "with the spend key" : "with the prove key alone"]),
        ...(claim.report === true ? [`for the Report, salt ${claim.salt ?? 0}`] : []),
        ...(shown.length === 0 ? [] : [`showing ${shown.join(" and ")}`]),
      ];
      return [line(name, said.join(", "))];
    }
    if (name === "recipient") return [line(name, `0x${(value as bigint).toString(16).padStart(40, "0")}`)];
    if (name === "instrument") return [line("leaves", holding(Number(value), BigInt(all["lots"] as bigint)))];
    if (name === "lots" && "instrument" in all) return [];
    return [line(name, typeof value === "bigint" ? short(value) : String(value))];
  });
}
