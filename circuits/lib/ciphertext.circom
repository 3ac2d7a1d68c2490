pragma circom 2.2.0;

include "babyjub.circom";
include "bitify.circom";
include "escalarmulany.circom";
include "escalarmulfix.circom";
include "hash.circom";
include "ranges.circom";

/** @notice Generator of Baby Jubjub's prime subgroup (EIP-2494). */
function BASE8(i) {
    var point[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
    return point[i];
}

/** @notice bits · Base8. */
template FixedMul(n) {
    signal input bits[n];
    signal output out[2] <== EscalarMulFix(n, [BASE8(0), BASE8(1)])(bits);
}

/**
 * @title  Ciphertext
 * @notice What only the committee can read. To a desk or venue: the read key under the third key's mask. To the Report:
 *         equity and requirement in whole USD as exponential ElGamal under the first and second key. Never both in one
 *         proof: a value with few possibilities beside the mask would let anyone guess the mask.
 * @input  keys      PK_1, PK_2, PK_3 as x, y; pinned by the contract through `committee`, which vouches that they are
 *                   points of the prime subgroup
 * @input  scalar    r, fresh in every proof; never a multiple of the group's order, whose mask anybody can compute
 * @output committee P(COMMITTEE, PK_1, PK_2, PK_3)
 * @output out       r·G and, to a desk, readKey + P(MASK, r·PK_3) and three zeros; to the Report
 *                   r·PK_1 + equity·G and r·PK_2 + requirement·G
 */
template Ciphertext() {
    signal input {binary} report;
    signal input keys[6];
    signal input scalar;
    signal input readKey;
    signal input {maxbit} equity;
    signal input {maxbit} requirement;
    signal output committee;
    signal output out[6];

    committee <== Hash(TAG_COMMITTEE(), 6)(keys);

    // 1. r·G, r·A with A = PK_3 or PK_1, r·PK_2.
    var n = CIPHERTEXT_SCALAR_BITS();
    signal bits[n] <== Num2Bits(n)(scalar);
    signal nonce[2] <== FixedMul(n)(bits);
    NonZero()(nonce[0]);                                 // in the prime subgroup x = 0 is the identity's alone
    signal key[2];
    for (var i = 0; i < 2; i++) key[i] <== keys[4 + i] + report * (keys[i] - keys[4 + i]);
    signal first[2] <== EscalarMulAny(n)(bits, key);
    signal second[2] <== EscalarMulAny(n)(bits, [keys[2], keys[3]]);

    // 2. To a desk.
    signal mask <== Hash(TAG_MASK(), 2)(first);

    // 3. To the Report.
    signal equityPoint[2] <== FixedMul(REPORT_BITS())(Num2Bits(REPORT_BITS())(equity));
    signal requirementPoint[2] <== FixedMul(REPORT_BITS())(Num2Bits(REPORT_BITS())(requirement));
    component encryptedEquity = BabyAdd();
    encryptedEquity.x1 <== first[0];
    encryptedEquity.y1 <== first[1];
    encryptedEquity.x2 <== equityPoint[0];
    encryptedEquity.y2 <== equityPoint[1];
    component encryptedRequirement = BabyAdd();
    encryptedRequirement.x1 <== second[0];
    encryptedRequirement.y1 <== second[1];
    encryptedRequirement.x2 <== requirementPoint[0];
    encryptedRequirement.y2 <== requirementPoint[1];

    // 4. One or the other.
    signal masked <== readKey + mask;
    out[0] <== nonce[0];
    out[1] <== nonce[1];
    out[2] <== masked + report * (encryptedEquity.xout - masked);
    out[3] <== report * encryptedEquity.yout;
    out[4] <== report * encryptedRequirement.xout;
    out[5] <== report * encryptedRequirement.yout;
}

/**
 * @title  WholeUsd
 * @notice For the Report µUSD rounded to whole USD, equity down and requirement up; otherwise 0.
 * @param  up  1: the least whole number ≥ in, 0: the greatest ≤ in
 */
template WholeUsd(up) {
    signal input {binary} report;
    signal input in;
    signal output {maxbit} out;

    var whole = in + (up ? MICRO_USD() - 1 : 0);
    signal usd <-- report == 1 ? whole \ MICRO_USD() : 0;
    signal rest <-- report == 1 ? (up ? usd * MICRO_USD() - in : in - usd * MICRO_USD()) : 0;
    _ <== Range(MICRO_USD_BITS())(rest);
    _ <== Range(MICRO_USD_BITS())(MICRO_USD() - 1 - rest);
    _ <== Range(REPORT_BITS())(usd);
    signal reported <== report * in;
    usd * MICRO_USD() === reported + (up ? rest : 0 - rest);
    out.maxbit = REPORT_BITS();
    out <== usd;
}
