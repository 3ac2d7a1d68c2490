/**
 * Instrument ids: 24 bits, the issuer's 8 above the serial's 16. Id 0 is the empty slot.
 *
 * @module
 */
import { SERIAL_BITS } from "./constants.ts";

/**
 * Id of an issuer's instrument, for whole numbers 0 ≤ issuerId < 2^8 and 0 ≤ serial < 2^16.
 *
 * @example
 * ```ts
 * import { instrumentId } from "plimsoll/toolkit";
 *
 * instrumentId(16, 4); // 1048580
 * ```
 */
export const instrumentId = (issuerId: number, serial: number): number => issuerId * 2 ** SERIAL_BITS + serial;

/**
 * Who may issue an instrument: the high 8 bits of its id.
 *
 * @example
 * ```ts
 * import { issuerOf } from "plimsoll/toolkit";
 *
 * issuerOf(1_048_580); // 16
 * ```
 */
export const issuerOf = (instrument: number): number => instrument >> SERIAL_BITS;
