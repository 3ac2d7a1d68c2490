/**
 * Compares a compiled circuit's public signals with protocol.ts, by name: a verifier knows them by position alone, so a
 * reordered declaration would otherwise swap their meaning without any error.
 *
 * @module
 */
import { ArtifactError } from "../base/errors.ts";
import type { PublicSignal } from "../protocol/constants.ts";

/** `main.ciphertext[2]` for each field element, in the order of the proof. */
export function signalNames(signals: readonly PublicSignal[]): string[] {
  return signals.flatMap(([name, length]) =>
    length === 1 ? [`main.${name}`] : Array.from({ length }, (_, i) => `main.${name}[${i}]`),
  );
}

/**
 * Names of wires 1 to `count`: a proof's public signals.
 *
 * @param sym circom's symbol file: one line per signal, `label,wire,component,name`
 */
export function publicNames(sym: string, count: number): string[] {
  const names = new Array<string>(count).fill("");
  for (const line of sym.split("\n")) {
    const [, wire, , name] = line.split(",");
    const index = Number(wire) - 1;
    // Optimised signals share a wire; the main component's own come first.
    if (name !== undefined && index >= 0 && index < count && names[index] === "") names[index] = name;
  }
  return names;
}

/** @throws ArtifactError naming the first public signal that is not the one protocol.ts has in its place */
export function checkPublicSignals(path: string, sym: string, count: number, signals: readonly PublicSignal[]): void {
  const expected = signalNames(signals);
  const compiled = publicNames(sym, Math.max(count, expected.length));
  for (let i = 0; i < Math.max(count, expected.length); i++) {
    const [want, have] = [expected[i] ?? "none", i < count ? compiled[i]! : "none"];
    if (want !== have) throw new ArtifactError(path, `public signal ${i} must be ${want}, the circuit has ${have}`);
  }
}
