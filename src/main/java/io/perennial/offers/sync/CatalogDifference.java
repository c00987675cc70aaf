package io.perennial.offers.sync;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.perennial.offers.NewOffer;
import io.perennial.offers.Offer;
import io.perennial.offers.sync.SyncReport.Changed;
import io.perennial.offers.sync.SyncReport.Conflict;
import io.perennial.offers.sync.SyncReport.Named;
import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;

/**
 * How the offers of an outside system differ from those that were taken over from it before. It is a merge of three: a field
 * changes to what the system says where it still is as the system last said; where it is not, it was edited here and stays,
 * and where both differ that is a conflict.
 */
final class CatalogDifference {

    /**
     * An offer of the catalog.
     *
     * @param synced what the system last said of it; empty of one that was not taken over yet
     */
    record Known(Offer offer, Map<String, Object> synced) {}

    /**
     * An offer to write.
     *
     * @param before null for one that is new
     */
    record Write(Offer before, NewOffer offer) {}

    /** What the system says of an offer, to be compared with the next time. */
    record Said(int offerId, Map<String, Object> values) {}

    private static final Map<String, Object> DEFAULTS = Map.of("category", "other");

    private final String system;
    private final List<Named> added = new ArrayList<>();
    private final List<Changed> changed = new ArrayList<>();
    private final List<Named> deactivated = new ArrayList<>();
    private final List<Conflict> conflicts = new ArrayList<>();
    private final List<Write> writes = new ArrayList<>();
    private final List<Said> said = new ArrayList<>();
    private final List<InputError> errors = new ArrayList<>();
    private int unchanged;

    private CatalogDifference(String system) {
        this.system = system;
    }

    /**
     * Compares.
     *
     * @param ours what was taken over from the system before
     * @param nextId the id that the first new offer gets
     */
    static CatalogDifference of(String system, List<Known> ours, List<ForeignOffer> theirs, int nextId) {
        var difference = new CatalogDifference(system);
        var known = new HashMap<String, Known>();
        ours.forEach(offer -> known.put(offer.offer().externalOfferId(), offer));
        var id = nextId;
        for (var foreign : theirs) {
            var offer = known.remove(foreign.externalId());
            if (offer == null) {
                difference.add(id++, foreign);
            } else {
                difference.compare(offer, foreign);
            }
        }
        ours.stream()
                .filter(offer -> known.containsKey(offer.offer().externalOfferId()))
                .forEach(difference::missing);
        return difference;
    }

    private void add(int id, ForeignOffer foreign) {
        var fields = new HashMap<>(DEFAULTS);
        fields.putAll(foreign.values());
        fields.putIfAbsent("description", fields.get("name"));
        fields.put(Mapping.EXTERNAL_ID, foreign.externalId());
        fields.put("external_system", system);
        if (write(foreign.number(), id, null, fields)) {
            added.add(new Named(id, foreign.externalId(), (String) fields.get("name")));
            said.add(new Said(id, foreign.values()));
        }
    }

    private void compare(Known known, ForeignOffer foreign) {
        var offer = known.offer();
        var fields = offer.fields();
        var before = new LinkedHashMap<String, Object>();
        var after = new LinkedHashMap<String, Object>();
        foreign.values().forEach((field, theirs) -> {
            var ours = fields.get(field);
            if (!Objects.equals(ours, theirs)) {
                if (known.synced().containsKey(field)
                        && Objects.equals(ours, known.synced().get(field))) {
                    before.put(field, ours);
                    after.put(field, theirs);
                } else {
                    conflicts.add(new Conflict(offer.offerId(), foreign.externalId(), field, ours, theirs));
                }
            }
        });
        said.add(new Said(offer.offerId(), foreign.values()));
        if (after.isEmpty()) {
            unchanged++;
        } else {
            fields.putAll(after);
            if (write(foreign.number(), offer.offerId(), offer, fields)) {
                changed.add(new Changed(offer.offerId(), foreign.externalId(), before, after));
            }
        }
    }

    /** The system has the offer no more; one that somebody made active again since stays. */
    private void missing(Known known) {
        var offer = known.offer();
        if (!offer.isActive()) {
            unchanged++;
            return;
        }
        if (Boolean.FALSE.equals(known.synced().get("is_active"))) {
            conflicts.add(new Conflict(offer.offerId(), offer.externalOfferId(), "is_active", true, false));
            unchanged++;
            return;
        }
        var fields = offer.fields();
        fields.put("is_active", false);
        writes.add(new Write(offer, NewOffer.of(offer.offerId(), fields)));
        deactivated.add(new Named(offer.offerId(), offer.externalOfferId(), offer.name()));
        var synced = new LinkedHashMap<>(known.synced());
        synced.put("is_active", false);
        said.add(new Said(offer.offerId(), synced));
    }

    private boolean write(long number, int id, Offer before, Map<String, Object> fields) {
        if (fields.get("name") == null) {
            errors.add(new InputError(number, "name", "is missing"));
            return false;
        }
        if ((fields.get("contact_limit") == null) != (fields.get("contact_limit_days") == null)) {
            errors.add(new InputError(number, "contact_limit", "is needed with contact_limit_days, and only with it"));
            return false;
        }
        try {
            writes.add(new Write(before, NewOffer.of(id, fields).validated()));
            return true;
        } catch (ProblemException e) {
            e.errors().forEach(error -> errors.add(new InputError(number, error.field(), error.reason())));
            return false;
        }
    }

    /** What contradicts itself, with the number of the offer. */
    List<InputError> errors() {
        return errors;
    }

    List<Write> writes() {
        return writes;
    }

    List<Said> said() {
        return said;
    }

    int takenBack() {
        return deactivated.size();
    }

    SyncReport report(boolean dryRun) {
        return new SyncReport(true, system, dryRun, false, added, changed, deactivated, conflicts, unchanged);
    }
}
