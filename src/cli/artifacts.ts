/**
 * plimsoll artifacts: circuits and keys, where they come from and whose word they are good on.
 *
 * @module
 */
import { Option } from "@commander-js/extra-typings";
import { CIRCUITS, INSTANCES, TIERS, type CircuitName, type TierName } from "../protocol/constants.ts";
import type { ManifestEntry } from "../groth16/manifest.ts";
import { examples, type Globals, type Program } from "./options.ts";

interface Flags extends Globals {
  readonly out?: string;
  readonly tier?: readonly TierName[];
  readonly circuit?: readonly CircuitName[];
  readonly force?: boolean;
}

export function artifactsCommands(program: Program): void {
  const artifacts = program
    .command("artifacts")
    .description("circuits and keys: build them, fetch them, see what is there");
  const out = [
    "--out <folder>",
    "where they go (default: PLIMSOLL_ARTIFACTS, else where commands look for them)",
  ] as const;
  const tiers = new Option("--tier <tiers...>", "which tiers").choices(Object.keys(TIERS) as TierName[]);

  examples(
    artifacts
      .command("list")
      .description("what is there, from which set-up, and whether the files are whole")
      .option(...out),
    "plimsoll artifacts list",
  ).action((_, command) => list(command.optsWithGlobals()));

  examples(
    artifacts
      .command("build")
      .description("compile the circuits and make development keys: for trying out, not for value")
      .option(...out)
      .addOption(tiers)
      .addOption(new Option("--circuit <circuits...>", "which circuits").choices(CIRCUITS))
      .option("--force", "build again what is current, and replace a ceremony's keys"),
    "plimsoll artifacts build --tier M",
  ).action((_, command) => build(command.optsWithGlobals()));

  examples(
    artifacts
      .command("fetch <source>")
      .description("bring them from a web address or a folder; every file must be the one that the manifest names")
      .requiredOption("--manifest <sha256>", "SHA-256 of manifest.json, from whoever you trust to have built it")
      .option(...out)
      .addOption(tiers)
      .option("--force", "put development keys in place of a ceremony's"),
    "plimsoll artifacts fetch https://example.org/plimsoll-keys --manifest 9f86d081…",
    "plimsoll artifacts fetch ../plimsoll/build/artifacts --manifest 9f86d081… --tier M",
  ).action((source, _, command) => fetch(command.optsWithGlobals(), source));
}

async function list(flags: Flags): Promise<void> {
  const [{ show }, { artifactsFolder, loadArtifacts }, { hashFile, readManifest }, { join }] = await Promise.all([
    import("./output.ts"),
    import("../prover/artifacts.ts"),
    import("../groth16/manifestFile.ts"),
    import("node:path"),
  ]);
  const folder = flags.out ?? artifactsFolder();
  const { instances } = await readManifest(folder);
  const manifestSha256 = await hashFile(join(folder, "manifest.json"));
  const rows = await Promise.all(
    Object.entries(instances).map(async ([instance, { circuit, tier, key, constraints, files }]) => {
      const problem = await loadArtifacts(circuit, tier, ["wasm", "zkey", "vkey"], folder).then(
        () => undefined,
        ({ message }: Error) => message,
      );
      return {
        instance,
        key: key.kind,
        contributions: key.kind === "ceremony" ? key.contributions : undefined,
        constraints,
        zkey: files.zkey,
        problem,
      };
    }),
  );
  show(flags, { folder, manifestSha256, instances: rows }, () =>
    [
      folder,
      `manifest SHA-256 ${manifestSha256}`,
      ...rows.map(
        ({ instance, constraints, zkey, problem }) =>
          `  ${instance.padEnd(12)} ${provenance(instances[instance]!)}, ${constraints} constraints, ${(zkey.bytes / 2 ** 20).toFixed(1)} MiB${problem === undefined ? "" : `; ${problem}`}`,
      ),
    ].join("\n"),
  );
}

const provenance = ({ key }: ManifestEntry): string =>
  key.kind === "development" ? "DEVELOPMENT key" : `ceremony's key, ${key.contributions.length} contributions`;

async function build(flags: Flags): Promise<void> {
  const [{ remark, show }, { artifactsFolder }, { buildArtifacts }] = await Promise.all([
    import("./output.ts"),
    import("../prover/artifacts.ts"),
    import("../setup/workshop.ts"),
  ]);
  const folder = flags.out ?? artifactsFolder();
  const { tier: tiers = ["M"], circuit: circuits = CIRCUITS } = flags;
  const wanted = INSTANCES.filter(({ circuit, tier }) => tiers.includes(tier) && circuits.includes(circuit));
  const manifest = await buildArtifacts(wanted, folder, {
    ...(flags.force === undefined ? {} : { force: flags.force }),
    onEvent: (event) => {
      if (event.type === "current") remark(flags, `${event.instance}: up to date`);
      if (event.type === "built") remark(flags, `${event.instance}: built in ${event.seconds.toFixed(1)} s`);
    },
  });
  show(
    flags,
    { folder, instances: Object.keys(manifest.instances) },
    () =>
      `${folder}: ${Object.keys(manifest.instances).join(", ")}; development keys are for trying out, not for value`,
  );
}

async function fetch(flags: Flags & { readonly manifest: string }, source: string): Promise<void> {
  const [{ remark, show }, { artifactsFolder }, { fetchArtifacts }] = await Promise.all([
    import("./output.ts"),
    import("../prover/artifacts.ts"),
    import("../setup/fetchArtifacts.ts"),
  ]);
  const folder = flags.out ?? artifactsFolder();
  let shown = "";
  const instances = await fetchArtifacts(source, folder, {
    manifestSha256: flags.manifest,
    tiers: flags.tier,
    force: flags.force,
    onProgress: (file, loaded, total) => {
      if (file === shown) return;
      shown = file;
      remark(flags, `${file} (${Math.floor((100 * loaded) / total)} %)`);
    },
  });
  show(flags, { folder, instances }, () => `${folder}: ${instances.join(", ")}, as the manifest says`);
}
