pragma circom 2.2.0;

include "poseidon.circom";
include "protocol.circom";

/** @notice P(tag, in_0 … in_{n−1}): Poseidon whose first input names the domain. */
template Hash(tag, n) {
    assert(1 <= n && n <= CHUNK());
    signal input in[n];
    signal output out;

    component poseidon = Poseidon(n + 1);
    poseidon.inputs[0] <== tag;
    for (var i = 0; i < n; i++) poseidon.inputs[i + 1] <== in[i];
    out <== poseidon.out;
}

/** @notice P(… P(P(tag, in_0 … in_14), in_15 … in_29) …): a list of fixed length n. */
template HashList(tag, n) {
    assert(n >= 1);
    signal input in[n];
    signal output out;

    var chunks = (n + CHUNK() - 1) \ CHUNK();
    signal state[chunks + 1];
    state[0] <== tag;
    component poseidon[chunks];
    for (var c = 0; c < chunks; c++) {
        var left = n - c * CHUNK();
        var length = left < CHUNK() ? left : CHUNK();
        poseidon[c] = Poseidon(length + 1);
        poseidon[c].inputs[0] <== state[c];
        for (var i = 0; i < length; i++) poseidon[c].inputs[i + 1] <== in[c * CHUNK() + i];
        state[c + 1] <== poseidon[c].out;
    }
    out <== state[chunks];
}
