// The page of npm run bench -- --browser: this package's prover and snarkjs, side by side in one browser.
import * as snarkjs from "snarkjs";
import { browserProver, formatProof, nobleVerifier } from "plimsoll/prove";
import { compareProvers } from "../compare.ts";

const ARTIFACTS = "/artifacts";

/** snarkjs as a prover, with the same duties: witness, proof, and a check of the proof by noble. */
function snarkjsProver(files, key, options) {
  return {
    async prove({ inputs }, { onProgress }) {
      onProgress("witness", 0);
      const witness = { type: "mem" };
      await snarkjs.wtns.calculate(inputs, { type: "mem", data: files.wasm }, witness);
      onProgress("witness", 1);
      onProgress("prove", 0);
      const { proof, publicSignals } = await snarkjs.groth16.prove(
        { type: "mem", data: files.zkey },
        witness,
        undefined,
        options,
      );
      onProgress("prove", 1);
      onProgress("verify", 0);
      const pair = ([x, y]) => [BigInt(x), BigInt(y)];
      const points = { a: pair(proof.pi_a), b: [pair(proof.pi_b[0]), pair(proof.pi_b[1])], c: pair(proof.pi_c) };
      await nobleVerifier.verify({ key, signals: publicSignals.map(BigInt), proof: points });
      onProgress("verify", 1);
    },
    close: async () => undefined,
  };
}

const bytes = async (path) => new Uint8Array(await (await fetch(`${ARTIFACTS}/${path}`)).arrayBuffer());

/** Timings by prover, and a proof to verify outside. */
globalThis.bench = async (request, key, threads, runs) => {
  const folder = `${request.circuit}.${request.tier}`;
  const files = { wasm: await bytes(`${folder}/circuit.wasm`), zkey: await bytes(`${folder}/circuit.zkey`) };
  const prover = browserProver({ artifacts: ARTIFACTS, threads });
  const proof = formatProof(await prover.prove(request));
  const timings = await compareProvers(
    {
      plimsoll: prover,
      plimsollOneThread: browserProver({ artifacts: ARTIFACTS, threads: 1 }),
      snarkjs: snarkjsProver(files, key, {}),
      snarkjsSingleThread: snarkjsProver(files, key, { singleThread: true }),
    },
    request,
    runs,
  );
  return { timings, proof, userAgent: navigator.userAgent, cores: navigator.hardwareConcurrency };
};
