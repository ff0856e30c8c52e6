// In syntax that any Node can parse: it must be able to say what is wrong on an old one.
var wanted = [22, 18];
var found = process.versions.node.split(".").map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    "queue-seeder needs Node " + wanted.join(".") + " or newer; this is Node " + process.versions.node + ".\n" +
    "`npm ci` brings Node 24 as the optional package `node`, which `npm run` and `npx` then use.\n" +
    "Run `npm ci` again without --omit=optional and without --ignore-scripts, or install Node 24 yourself."
  );
  process.exit(1);
}
