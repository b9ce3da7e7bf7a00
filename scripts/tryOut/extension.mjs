// What a newcomer would do first: "Realtime Inspector: Run Sample Voice Client" from the palette. A helper of its own, so
// that the product needs no hook for it and stays lazy.
import * as vscode from 'vscode';

export async function activate() {
  // The timeline wants the width.
  await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
  await vscode.commands.executeCommand('realtimeInspector.runSample');
}
