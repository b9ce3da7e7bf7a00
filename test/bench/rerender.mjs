#!/usr/bin/env node
// Prints the report of a saved run again, with another reference: node rerender.mjs results/latest.json ws-relay-record
import fs from 'node:fs';
import { report } from './lib/report.mjs';
const [file, ref] = process.argv.slice(2);
const run = JSON.parse(fs.readFileSync(file, 'utf8'));
console.log(report({ ...run, ref: ref ?? run.ref }));
