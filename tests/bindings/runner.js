// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the tests in JavaScript share: assertions, and a run of named tests in a main loop, printed as TAP.
import GLib from 'gi://GLib?version=2.0';
import System from 'system';
import Ws from 'gi://Ws?version=1.0';

export const DEADLINE_SECONDS = 30;

export function assert(condition, message) {
    if (!condition)
        throw new Error(`assertion failed: ${message}`);
}

export function assertEqual(value, expected, what) {
    assert(value === expected, `${what}: ${value} is not ${expected}`);
}

export function assertBytes(value, expected, what) {
    assertEqual(value.length, expected.length, `${what}, length`);
    for (let i = 0; i < expected.length; i++)
        assertEqual(value[i], expected[i], `${what}, byte ${i}`);
}

export function assertError(code, action) {
    let caught = null;
    try {
        action();
    } catch (error) {
        caught = error;
    }
    assert(caught instanceof GLib.Error, `${caught} is no GLib.Error`);
    assert(caught.matches(Ws.Error, code), `${caught.message}: code ${caught.code}, not ${code}`);
    assertEqual(caught.domain, Ws.error_quark(), 'domain');
    return caught.message;
}

// Runs the tests one after the other and leaves the program. Tests may be asynchronous.
export function run(tests) {
    const loop = new GLib.MainLoop(null, false);
    let status = 0;

    GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, DEADLINE_SECONDS, () => {
        printerr(`not done within ${DEADLINE_SECONDS} s`);
        System.exit(1);
    });

    async function main() {
        let number = 0;
        print(`1..${Object.keys(tests).length}`);
        for (const [name, test] of Object.entries(tests)) {
            number++;
            try {
                // eslint-disable-next-line no-await-in-loop
                await test();
                print(`ok ${number} ${name}`);
            } catch (error) {
                status = 1;
                print(`not ok ${number} ${name}`);
                printerr(`${error}\n${error.stack}`);
            }
        }
        loop.quit();
    }

    main();
    loop.run();
    System.exit(status);
}
