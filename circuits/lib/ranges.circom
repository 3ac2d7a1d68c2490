pragma circom 2.2.0;

include "bitify.circom";
include "comparators.circom";

// The one file that decomposes into bits and compares. A signal tagged {maxbit} is known to lie in [0, 2^maxbit);
// templates that compare take nothing else, so an unranged signal can't enter a comparison.

/**
 * @title  Range
 * @notice in ∈ [0, 2^n).
 * @param  n at most 253: fewer bits than the field has
 */
template Range(n) {
    assert(0 < n && n <= 253);
    signal input in;
    signal output {maxbit} out;

    _ <== Num2Bits(n)(in);
    out.maxbit = n;
    out <== in;
}

/**
 * @title  Signed
 * @notice in ∈ [−2^n, 2^n), as field elements around 0.
 * @output notNegative  1 if in ≥ 0
 */
template Signed(n) {
    assert(0 < n && n <= 252);
    signal input in;
    signal output {binary} notNegative;

    notNegative <-- in >= 0 ? 1 : 0;
    notNegative * (notNegative - 1) === 0;
    _ <== Num2Bits(n)(in + (1 - notNegative) * (1 << n));
}

/** @notice in is 0 or 1. */
template Bit() {
    signal input in;
    signal output {binary} out;

    in * (in - 1) === 0;
    out <== in;
}

/** @notice in is not 0. */
template NonZero() {
    signal input in;

    signal isZero <== IsZero()(in);
    isZero === 0;
}

/**
 * @title  Min
 * @notice out = min(a, b). Which one is smaller is a hint; one range check proves it right, so the hint is determined:
 *         a > b means a − b − 1 ≥ 0, otherwise b − a ≥ 0.
 */
template Min() {
    signal input {maxbit} a;
    signal input {maxbit} b;
    assert(a.maxbit <= 252 && b.maxbit <= a.maxbit);
    signal output out;

    signal greater <-- a > b ? 1 : 0;
    greater * (greater - 1) === 0;
    _ <== Num2Bits(a.maxbit)((1 - 2 * greater) * (b - a) - greater);
    out <== a + greater * (b - a);
}

/**
 * @title  Ascending
 * @notice ids ascend strictly, then the rest are 0: no id twice, one order for one set.
 */
template Ascending(n) {
    signal input {maxbit} ids[n];
    var width = ids.maxbit;
    assert(width <= 250);

    signal empty[n];
    for (var i = 0; i < n; i++) empty[i] <== IsZero()(ids[i]);
    for (var i = 0; i + 1 < n; i++) {
        // An empty slot sorts as 2^width, after every id. Equal neighbours pass only if both are empty.
        var here = ids[i] + empty[i] * (1 << width);
        var next = ids[i + 1] + empty[i + 1] * (1 << width);
        _ <== Num2Bits(width + 1)(next - here - 1 + empty[i]);
    }
}

/**
 * @title  NotNegativeSlots
 * @notice A packed number Σ v_i · 2^(slot·i) has no negative v_i.
 * @param  n     slots in use; n · slot < 253
 * @param  slot  bits from one slot to the next
 * @input  in    assumes |v_i| < 2^(slot−1) from the widths of what went into it. Then a digit d_i in [0, 2^(slot−1))
 *               equals v_i: they agree modulo 2^slot and differ by less than that.
 */
template NotNegativeSlots(n, slot) {
    assert(n * slot <= 252);
    signal input in;

    signal digits[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        digits[i] <-- (in >> (slot * i)) & ((1 << slot) - 1);
        _ <== Num2Bits(slot - 1)(digits[i]);
        sum += digits[i] * (1 << (slot * i));
    }
    sum === in;
}

/**
 * @title  Digits
 * @notice in = Σ out_i · 2^(width·i) with every out_i in [0, 2^width).
 */
template Digits(n, width) {
    assert(n * width <= 253);
    signal input in;
    signal output {maxbit} out[n];

    signal bits[n * width] <== Num2Bits(n * width)(in);
    out.maxbit = width;
    for (var i = 0; i < n; i++) {
        var digit = 0;
        for (var j = 0; j < width; j++) digit += bits[width * i + j] * (1 << j);
        out[i] <== digit;
    }
}
