import { annotation } from "../shared/annotations.ts";
import { locateInCheckout } from "../shared/ci-checkout.ts";
import { describeVerdict, type Plan, toEditCode } from "../shared/plan/model.ts";
import { formatBase, formatSize } from "../shared/plan/text.ts";

/**
 * Formats annotations for GitHub Actions: one at each location that a reviewer should check, and one for the whole plan.
 *
 * @param folder prefix of each path; see `folderInCheckout`
 */
export function planAnnotations(plan: Plan, folder = ""): string {
  const edited = plan.manifests.flatMap((manifest) =>
    manifest.edited.map(({ location, id, pushed, present }) => {
      const what =
        id === undefined ? "rows of a data file were edited" : `the message ${JSON.stringify(id)} was edited`;
      return annotation(
        "error",
        toEditCode({ id }),
        `${what} after the push (pushed ${pushed}, now ${present})`,
        locateInCheckout(folder, location),
      );
    }),
  );
  const refused = plan.manifests.flatMap(({ refusals, location }) =>
    refusals.map((text) => annotation("error", "REFUSED", text, locateInCheckout(folder, location))),
  );
  const held = plan.manifests
    .filter((manifest) => describeVerdict(manifest) !== "refused" && manifest.held > 0)
    .map(({ held, location }) =>
      annotation("warning", "IN_DOUBT", `${held} in doubt and not sent again`, locateInCheckout(folder, location)),
    );
  const { refusal } = plan.address;
  const address = refusal === undefined ? "" : annotation("error", "REFUSED", refusal);
  const whole = annotation("notice", `Plan for ${plan.stack}`, `${formatSize(plan.total)}, ${formatBase(plan.base)}`);
  return [...edited, ...refused, ...held, address, whole].join("");
}
