package io.perennial.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.InputError;

/** What became of an upload. {@code accepted + rejected} is the number of records in it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImportReport(
        @Schema(description = "Whether every record was good")
        boolean success,

        @Schema(description = "Good records", examples = "69659")
        long accepted,

        @Schema(description = "Records that were new", examples = "69659")
        long inserted,

        @Schema(description = "Records that changed what was known", examples = "0")
        long updated,

        @Schema(description = "Records that said nothing new", examples = "0")
        long unchanged,

        @Schema(description = "Bad records", examples = "0") long rejected,

        @Schema(description = "Customers that were not known before", examples = "23570")
        long customersCreated,

        @Schema(description = "The first 100 bad records") List<InputError> errors,
        Understood understood,

        @Schema(description = "The run that computes the features from the new data")
        UUID featuresRunId) {

    /** How many bad records are listed; all are counted. */
    public static final int ERRORS_SHOWN = 100;

    ImportReport withFeaturesRun(UUID run) {
        return new ImportReport(
                success, accepted, inserted, updated, unchanged, rejected, customersCreated, errors, understood, run);
    }
}
