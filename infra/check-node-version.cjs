// ES5 syntax, so that any Node version can run this file and report that it is too old.
var wanted = [22, 18];
var version = process.versions.node;
var found = version.split(".").map(Number);
var installed = __dirname.split(/[\\/]/).indexOf("node_modules") >= 0;
var remedy = installed
  ? [
      "Run `npm install node@24`: `npx` and `npm run` then use Node 24 in this project. Or install a newer Node yourself.",
    ]
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
