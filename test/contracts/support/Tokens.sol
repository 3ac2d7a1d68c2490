// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A plain token of any decimals.
contract Token is ERC20 {
    uint8 private immutable _decimals;

    constructor(uint8 decimals_) ERC20("Token", "TOK") {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external {
        _burn(from, amount);
    }
}

/// @notice Takes a hundredth of every transfer.
contract FeeToken is Token(18) {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), amount / 100);
    }
}

/// @notice Refuses transfers to some.
contract BlacklistToken is Token(6) {
    mapping(address => bool) public banned;

    error Banned(address account);

    function ban(address account) external {
        banned[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (banned[to]) revert Banned(to);
        super._update(from, to, amount);
    }
}

/// @notice Returns nothing from transfers, as some old tokens do.
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Returns false instead of reverting, as some old tokens do; while it is told to.
contract FalseToken is Token(18) {
    bool public fails;

    function setFails(bool fails_) external {
        fails = fails_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !fails && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !fails && super.transferFrom(from, to, amount);
    }
}

/// @notice Everybody's balance grows and shrinks with one index.
contract RebasingToken is Token(18) {
    uint256 private _index = 1e18;

    function rebase(uint256 index) external {
        _index = index;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * _index / 1e18;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount * 1e18 / _index);
    }
}

/// @notice Makes a call that a test chose, once, before it moves anything.
contract HookToken is Token(18) {
    address private _target;
    bytes private _data;

    function hook(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (_target != address(0)) {
            (address target, bytes memory data) = (_target, _data);
            _target = address(0);
            (bool ok, bytes memory why) = target.call(data);
            if (!ok) {
                assembly {
                    revert(add(why, 0x20), mload(why))
                }
            }
        }
        super._update(from, to, amount);
    }
}
