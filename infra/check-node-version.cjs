// ES5 syntax, so that any Node version can run this file and report that it is too old.
var wanted = [22, 18];
var version = process.versions.node;
var found = version.split(".").map(Number);
var installed = __dirname.split(/[\\/]/).indexOf("node_modules") >= 0;
var remedy = installed
  ? ["Install a newer one; the package `node` brings it to a project, and `npx` then uses it."]
  : [
      "`npm ci` brings Node 24 as the optional package `node`, which `npm run` and `npx` then use.",
      "Run `npm ci` again without --omit=optional and without --ignore-scripts, or install Node 24 yourself.",
    ];
// biome-ignore lint/style/useTemplate: ES5 has no template literals
var first = "queue-seeder needs Node " + wanted.join(".") + " or newer; this is Node " + version + ".";
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error([first].concat(remedy).join("\n"));
  process.exit(1);
}
