package io.perennial.intake.billing;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.intake.ImportReport;
import io.perennial.intake.Importer;
import io.perennial.intake.Upload;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Takes in files of billing events, and settles what follows from them in the same transaction. */
@ApplicationScoped
public class BillingUploads {

    private final Importer importer;
    private final BillingImport billing;
    private final Settlement settlement;

    BillingUploads(Importer importer, BillingImport billing, Settlement settlement) {
        this.importer = importer;
        this.billing = billing;
        this.settlement = settlement;
    }

    /**
     * Takes in a file.
     *
     * @param idempotencyKey under which the same upload is answered again; null for none
     */
    public Uni<ImportReport> run(Organization organization, Upload upload, String idempotencyKey) {
        return importer.run(
                organization,
                billing,
                upload,
                idempotencyKey,
                (connection, report) -> connection
                        .query(TenantDatabase.shareWithoutErasure(organization.id()))
                        .execute()
                        .chain(() -> settlement.all(connection, organization.id()))
                        .replaceWith(report));
    }
}
