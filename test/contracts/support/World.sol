// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Verifiers} from "contracts/Verifiers.sol";
import {RiskTable} from "contracts/RiskTable.sol";
import {Circuit, Protocol, Tier} from "contracts/generated/Protocol.sol";
import {IGroth16Verifier, Proof} from "contracts/interfaces/IGroth16Verifier.sol";
import {Epoch, Signature} from "contracts/interfaces/IRiskTable.sol";
import {Test} from "./Test.sol";
import {IdealVerifier} from "./IdealVerifier.sol";

/// @notice Ideal verifiers of every circuit, and a risk table signed by three of four reporters with an epoch an hour.
abstract contract World is Test {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant OVERLAP = 10 minutes;
    uint256 internal constant EPOCH = 1 hours;
    address internal constant OWNER = address(0x0111);
    address internal constant GUARDIAN = address(0x0222);
    address internal constant ALICE = address(0xA11CE);
    address internal constant BOB = address(0xB0B);
    uint256 internal constant TABLE = 0xb001;

    Verifiers internal verifiers;
    mapping(Circuit => IdealVerifier) internal ideal;
    RiskTable internal table;
    uint64 internal epochNumber;
    Proof internal noProof;

    function setUpWorld() internal {
        vm.warp(START);
        Verifiers.Entry[] memory entries = new Verifiers.Entry[](8);
        for (uint256 i = 0; i < 4; i++) {
            ideal[Circuit(i)] = new IdealVerifier();
            entries[2 * i] = Verifiers.Entry(Circuit(i), Tier.T, ideal[Circuit(i)]);
            entries[2 * i + 1] = Verifiers.Entry(Circuit(i), Tier.M, ideal[Circuit(i)]);
        }
        verifiers = new Verifiers(entries);
        table = new RiskTable(reporters(), 3, OWNER, OVERLAP, EPOCH, 10_000);
        vm.prank(OWNER);
        table.setGuardian(GUARDIAN);
        publish(TABLE);
    }

    function reporters() internal pure returns (address[] memory list) {
        list = new address[](4);
        for (uint256 i = 0; i < 4; i++) {
            list[i] = vm.addr(i + 1);
        }
    }

    function publish(uint256 root) internal {
        publishMove(root, 5_000);
    }

    function publishMove(uint256 root, uint32 move) internal {
        uint48 time = uint48(block.timestamp);
        Epoch memory epoch = Epoch(++epochNumber, root, time, uint48(time + EPOCH), move);
        table.publish(epoch, table.currentSet(), signEpoch(table, epoch, table.currentSet(), 3));
    }

    function signEpoch(RiskTable target, Epoch memory epoch, uint256 set, uint256 count)
        internal
        view
        returns (Signature[] memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Epoch(uint64 number,uint256 root,uint48 asOf,uint48 notAfter,uint32 largestMove,uint256 set)"
                ),
                epoch.number,
                epoch.root,
                epoch.asOf,
                epoch.notAfter,
                epoch.largestMove,
                set
            )
        );
        return signAll("Plimsoll RiskTable", address(target), structHash, count);
    }

    /// @dev Signatures of keys 1 to `count` at places 0 to count − 1.
    function signAll(string memory name, address target, bytes32 structHash, uint256 count)
        internal
        view
        returns (Signature[] memory signatures)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                target
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, structHash));
        signatures = new Signature[](count);
        for (uint256 i = 0; i < count; i++) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(i + 1, digest);
            signatures[i] = Signature(uint8(i), abi.encodePacked(r, s, v));
        }
    }

    function contextOf(address target, address account, uint256 deadline) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(block.chainid, target, account, deadline))) >> 8;
    }
}
