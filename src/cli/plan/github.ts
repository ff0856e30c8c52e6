import { annotation } from "../shared/annotations.ts";
import { placeIn } from "../shared/checkout.ts";
import { editCode, type Plan, verdictOf } from "../shared/plan/model.ts";
import { baseText, loadText } from "../shared/plan/text.ts";

/**
 * Annotations at the places that a reviewer should look at, and one for the whole.
 *
 * @param folder what stands before each path; see `folderInCheckout`
 */
export function planAnnotations(plan: Plan, folder = ""): string {
  const edited = plan.manifests.flatMap((manifest) =>
    manifest.edited.map(({ place: location, id, pushed, present }) => {
      const what =
        id === undefined ? "rows of a data file were edited" : `the message ${JSON.stringify(id)} was edited`;
      return annotation(
        "error",
        editCode({ id }),
        `${what} after the push (pushed ${pushed}, now ${present})`,
        placeIn(folder, location),
      );
    }),
  );
  const refused = plan.manifests.flatMap(({ refusals, place: location }) =>
    refusals.map((text) => annotation("error", "REFUSED", text, placeIn(folder, location))),
  );
  const held = plan.manifests
    .filter((manifest) => verdictOf(manifest) !== "refused" && manifest.held > 0)
    .map(({ held, place: location }) =>
      annotation("warning", "IN_DOUBT", `${held} in doubt and not sent again`, placeIn(folder, location)),
    );
  const { refusal } = plan.address;
  const address = refusal === undefined ? "" : annotation("error", "REFUSED", refusal);
  const whole = annotation("notice", `Plan for ${plan.stack}`, `${loadText(plan.total)}, ${baseText(plan.base)}`);
  return [...edited, ...refused, ...held, address, whole].join("");
}
