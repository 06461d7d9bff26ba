// @ts-check
/** Joining a distributor with a code of two halves, and leaving one. */

import { h } from "../lib/dom.js";
import { address, go } from "../lib/router.js";
import { join, leaveDistributor, person, refreshSession } from "../server/session.js";
import { ask, openDialog } from "../ui/dialog.js";
import { field } from "../ui/field.js";
import { form } from "../ui/form.js";
import { typed } from "../ui/parts.js";
import { explain } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @import { SessionDistributor as Membership } from "../types/api.d.ts" */

/**
 * The form for a joining code.
 * @param {() => void} done
 * @param {() => void} [cancel]
 */
export function joinForm(done, cancel) {
  return form({
    content: [
      field({
        name: "code",
        label: "Joining code",
        hint: "Both halves with a hyphen between them: first-second. Two people of the distributor have one half each.",
        required: true,
        attributes: { autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 64 },
      }),
    ],
    submit: "Join",
    ...(cancel ? { cancel } : {}),
    send: async (values) => {
      const before = person().distributors.map((one) => one.distributorID);
      const session = await join(values.text("code"));
      const joined = session.distributors.find((one) => !before.includes(one.distributorID));
      done();
      toast(joined?.name ? `You joined ${joined.name}.` : "You joined.");
      if (joined) go(address(joined.distributorID, "overview"));
      else await refreshSession();
    },
  });
}

export function joinDialog() {
  const dialog = openDialog({ title: "Join a distributor" });
  dialog.show([
    h("p", { class: "muted" }, "A code is made for your sign-in name. It works once, within 7 days."),
    joinForm(dialog.close, dialog.close),
  ]);
}

/** @param {Membership} member */
export async function leaveDialog(member) {
  const name = member.name ?? "this distributor";
  const sure = await ask({
    title: "Leave this distributor?",
    content: h(
      "p",
      {},
      "You lose your roles at ",
      typed(name, "strong"),
      " at once, and your open requests and unclaimed keys lapse. To come back you need a new code from two people there.",
    ),
    yes: "Leave",
  });
  if (!sure) return;
  try {
    await leaveDistributor(member);
    toast(`You left ${name}.`);
    await refreshSession();
  } catch (error) {
    toast(explain(error), "danger");
  }
}
