package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.restassured.response.Response;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class UploadTest {

    private static final String PATH = "/api/v1/churn/organizations/{org_id}/upload-data";

    private static ImportCounts counts(Response response) {
        var body = response.then().statusCode(200).extract().jsonPath();
        return new ImportCounts(
                body.getLong("accepted"),
                body.getLong("inserted"),
                body.getLong("updated"),
                body.getLong("unchanged"),
                body.getLong("rejected"),
                body.getLong("customers_created"));
    }

    private record ImportCounts(
            long accepted, long inserted, long updated, long unchanged, long rejected, long customersCreated) {}

    private static long stored(UUID organization) throws SQLException {
        return Database.number("select count(*) from transactions where organization_id = ?", organization);
    }

    private static BigDecimal sum(UUID organization) throws SQLException {
        return new BigDecimal(Database.text(
                "select coalesce(sum(amount), 0) from transactions where organization_id = ?", organization));
    }

    private static Response post(UUID organization, String contentType, byte[] body) {
        return Api.asAdmin().contentType(contentType).body(body).post(PATH, organization);
    }

    private static Response post(UUID organization, String contentType, String body) {
        return post(organization, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Asserts that an upload was refused as a whole with a problem of a type, and that nothing of it was written. */
    private static void assertRefused(Response response, int status, String type, UUID organization)
            throws SQLException {
        response.then().statusCode(status).contentType("application/problem+json");
        assertThat(response.<String>path("type")).isEqualTo("urn:perennial:problem:" + type);
        assertThat(response.<Integer>path("status")).isEqualTo(status);
        assertThat(response.<String>path("request_id")).isNotBlank();
        assertThat(stored(organization)).isZero();
        assertThat(Database.number("select count(*) from customers where organization_id = ?", organization))
                .isZero();
    }

    @Test
    void aSecondUploadOfTheSameFileChangesNothing() throws SQLException {
        var organization = Api.organization("ecommerce");
        var csv = """
                customer_id,occurred_at,amount,transaction_id,channel
                a,2025-01-01,10.50,T1,web
                a,2025-01-02,20,,shop
                b,2025-01-02,0,,
                """;

        assertThat(counts(Api.uploadTransactions(organization, csv))).isEqualTo(new ImportCounts(3, 3, 0, 0, 0, 2));
        assertThat(counts(Api.uploadTransactions(organization, csv))).isEqualTo(new ImportCounts(3, 0, 0, 3, 0, 0));
        assertThat(stored(organization)).isEqualTo(3);
        assertThat(sum(organization)).isEqualByComparingTo("30.50");
    }

    @Test
    void onlyAnUploadThatChangesSomethingStartsARun() {
        var organization = Api.organization("ecommerce");
        var csv = "customer_id,occurred_at,amount\na,2025-01-01,10\n";

        assertThat(Api.uploadTransactions(organization, csv).<String>path("features_run_id"))
                .isNotNull();
        assertThat(Api.uploadTransactions(organization, csv).<String>path("features_run_id"))
                .isNull();
    }

    @Test
    void identicalLinesOfOneFileAreAsManyPurchases() throws SQLException {
        var organization = Api.organization("ecommerce");
        var line = "a,2025-01-01,10\n";
        var twice = "customer_id,occurred_at,amount\n" + line + line;

        assertThat(counts(Api.uploadTransactions(organization, twice))).isEqualTo(new ImportCounts(2, 2, 0, 0, 0, 1));
        assertThat(counts(Api.uploadTransactions(organization, twice))).isEqualTo(new ImportCounts(2, 0, 0, 2, 0, 0));
        assertThat(counts(Api.uploadTransactions(organization, twice + line)))
                .isEqualTo(new ImportCounts(3, 1, 0, 2, 0, 0));
        assertThat(sum(organization)).isEqualByComparingTo("30");
    }

    /** Longer than two batches, so that it goes through the staging table; repeated lines lie on both sides of a border. */
    @Test
    void aLogOfPurchasesIsTakenInWithExactCountAndSumAndAgainWithoutChange() throws SQLException {
        var organization = Api.organization("ecommerce");
        var lines = 12_345;
        var log = purchaseLog(lines);
        var csv = "customer_id\tdate\tnumber_of_cds\tdollar_value\n"
                + log.strip().replaceAll("(?m)^ +", "").replaceAll(" +", "\t");
        var expected = log.lines()
                .map(line -> new BigDecimal(line.strip().split(" +")[3]))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        var customers =
                log.lines().map(line -> line.strip().split(" +")[0]).distinct().count();

        assertThat(counts(Api.uploadTransactions(organization, csv)))
                .isEqualTo(new ImportCounts(lines, lines, 0, 0, 0, customers));
        assertThat(counts(Api.uploadTransactions(organization, csv)))
                .isEqualTo(new ImportCounts(lines, 0, 0, lines, 0, 0));
        assertThat(stored(organization)).isEqualTo(lines);
        assertThat(sum(organization)).isEqualByComparingTo(expected);
        assertThat(Database.text("select sum(quantity)::int from transactions where organization_id = ?", organization))
                .isEqualTo(log.lines()
                                .mapToInt(line -> Integer.parseInt(line.strip().split(" +")[2]))
                                .sum()
                        + "");
    }

    /** As the log of CDNOW is written: customer, day, number of CDs and dollars, in columns of spaces. */
    private static String purchaseLog(int lines) {
        var random = new Random(1997);
        var log = new StringBuilder();
        var line = "";
        for (var i = 0; i < lines; i++) {
            var isBorder = i % 5_000 < 2;
            if (!isBorder) {
                line = " %05d %s %2d %6.2f%n"
                        .formatted(
                                1 + random.nextInt(2_000),
                                LocalDate.of(1997, 1, 1)
                                        .plusDays(random.nextInt(540))
                                        .toString()
                                        .replace("-", ""),
                                1 + random.nextInt(9),
                                random.nextInt(10_000) / 100.0);
            }
            log.append(line.isEmpty() ? " 00001 19970101  1  11.77\n" : line);
        }
        return log.toString();
    }

    @Test
    void aTransactionThatComesAgainWithItsIdIsCorrected() throws SQLException {
        var organization = Api.organization("ecommerce");
        var header = "customer_id,occurred_at,amount,transaction_id,status\n";

        Api.uploadTransactions(organization, header + "a,2025-01-01,10,T1,pending\n")
                .then()
                .statusCode(200);
        var corrected = counts(Api.uploadTransactions(organization, header + "a,2025-01-02,12,T1,completed\n"));

        assertThat(corrected).isEqualTo(new ImportCounts(1, 0, 1, 0, 0, 0));
        assertThat(Database.text(
                        "select concat_ws(' ', transaction_id, amount, status, occurred_at at time zone 'UTC')"
                                + " from transactions where organization_id = ?",
                        organization))
                .isEqualTo("T1 12.0000 completed 2025-01-02 00:00:00");
    }

    @Test
    void theLastOfSeveralLinesWithOneIdCounts() throws SQLException {
        var organization = Api.organization("ecommerce");

        var counts = counts(Api.uploadTransactions(organization, """
                customer_id,occurred_at,amount,transaction_id
                a,2025-01-01,1,T1
                a,2025-01-01,2,T1
                a,2025-01-01,3,T1
                """));

        assertThat(counts).isEqualTo(new ImportCounts(3, 1, 0, 2, 0, 1));
        assertThat(sum(organization)).isEqualByComparingTo("3");
    }

    @Test
    void csvJsonAndNdjsonInABodyOrAFormSayTheSame() throws SQLException {
        var organization = Api.organization("ecommerce");
        var csv = "customer_id,occurred_at,amount\na,2025-01-01,10.5\nb,2025-01-01,3\n";
        var first = "{\"customer_id\":\"a\",\"occurred_at\":\"2025-01-01\",\"amount\":10.5}";
        var second = "{\"customer_id\":\"b\",\"occurred_at\":\"2025-01-01\",\"amount\":\"3.00\"}";

        assertThat(counts(post(organization, "text/csv", csv)).inserted()).isEqualTo(2);
        for (var same : List.of(
                post(organization, "application/json", "[" + first + ",\n" + second + "]"),
                post(organization, "application/x-ndjson", first + "\n" + second + "\n"),
                post(organization, "application/octet-stream", csv),
                form(organization, "sales.csv", "text/csv", csv),
                form(organization, "sales.json", "application/octet-stream", "[" + first + "," + second + "]"),
                form(organization, "sales.ndjson", "application/octet-stream", first + "\n" + second))) {
            assertThat(counts(same)).isEqualTo(new ImportCounts(2, 0, 0, 2, 0, 0));
        }
        assertThat(counts(post(organization, "application/json", first))).isEqualTo(new ImportCounts(1, 0, 0, 1, 0, 0));
        assertThat(stored(organization)).isEqualTo(2);
    }

    private static Response form(UUID organization, String name, String type, String content) {
        return Api.asAdmin()
                .multiPart("file", name, content.getBytes(StandardCharsets.UTF_8), type)
                .post(PATH, organization);
    }

    @Test
    void otherNamesOfColumnsAreUnderstoodAndWhatWasUnderstoodIsTold() {
        var organization = Api.organization("ecommerce");

        var understood = Api.uploadTransactions(organization, """
                        Client ID;Order Date;Total;Order No;Färbung
                        a;31.12.2024;1.234,50 €;7;rot
                        """)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getMap("understood");

        assertThat(understood)
                .containsEntry("format", "csv")
                .containsEntry("delimiter", ";")
                .containsEntry("encoding", "UTF-8")
                .containsEntry("date_format", "dmy")
                .containsEntry("decimal_mark", ",")
                .containsEntry("timezone", "UTC")
                .containsEntry(
                        "columns", Map.of("Client ID", "customer_id", "Order Date", "occurred_at", "Total", "amount"))
                .containsEntry("attributes", List.of("Order No", "Färbung"));
    }

    @Test
    void badLinesAreReportedAndGoodOnesGoIn() throws SQLException {
        var organization = Api.organization("ecommerce");

        var response = Api.uploadTransactions(organization, """
                customer_id,occurred_at,amount,status
                a,2025-01-01,10,
                b,0001-01-01,10,
                c,9999-12-31,10,
                d,2025-01-01,-1,
                e,2025-01-01,NaN,
                f,2025-01-01,Infinity,
                g,2025-01-01
                ,2025-01-01,10,
                i,,10,
                j,2025-01-01,,
                k,2025-02-30,10,
                l,2025-01-01,1e20,
                m,2025-01-01,10,sold
                n,2025-01-01,5,paid
                """);

        assertThat(counts(response)).isEqualTo(new ImportCounts(2, 2, 0, 0, 12, 2));
        assertThat(response.<Boolean>path("success")).isFalse();
        assertThat(response.jsonPath().getList("errors", Map.class))
                .extracting(e -> e.get("line"), e -> e.get("field"), e -> e.get("reason"))
                .containsExactly(
                        tuple(3, "occurred_at", "0001-01-01 is before 1970"),
                        tuple(4, "occurred_at", "9999-12-31 lies in the future"),
                        tuple(
                                5,
                                "amount",
                                "-1 is negative; a refund is a line with status refunded and what was paid back"),
                        tuple(6, "amount", "NaN is not a finite number"),
                        tuple(7, "amount", "Infinity is not a finite number"),
                        tuple(8, null, "has 2 fields instead of 4"),
                        tuple(9, "customer_id", "is missing"),
                        tuple(10, "occurred_at", "is missing"),
                        tuple(11, "amount", "is missing"),
                        tuple(12, "occurred_at", "2025-02-30 is not a date that exists"),
                        tuple(13, "amount", "1e20 has more than 15 digits"),
                        tuple(14, "status", "sold is not one of completed, pending, failed, refunded, cancelled"));
        assertThat(sum(organization)).isEqualByComparingTo("15");
    }

    @Test
    void theFirstHundredBadLinesAreListedAndAllAreCounted() {
        var organization = Api.organization("ecommerce");
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var i = 0; i < 6_000; i++) {
            csv.append("a,2025-01-01,x\nb,2025-01-01,").append(i).append('\n');
        }

        var response = Api.uploadTransactions(organization, csv.toString());

        assertThat(counts(response)).isEqualTo(new ImportCounts(6_000, 6_000, 0, 0, 6_000, 1));
        var errors = response.jsonPath().getList("errors.line", Long.class);
        assertThat(errors).hasSize(100).startsWith(2L, 4L, 6L).endsWith(200L);
    }

    @Test
    void aNumberOrTextThatTheDatabaseCannotHoldIsABadLine() throws SQLException {
        var organization = Api.organization("ecommerce");
        var record = "{\"customer_id\":\"%s\",\"occurred_at\":\"2025-01-01\",\"amount\":1,\"note\":%s}%n";

        var response = post(
                organization,
                "application/x-ndjson",
                record.formatted("a", "1e200000")
                        + record.formatted("b", "{\"deep\":[1e200000]}")
                        + record.formatted("c", "\"nul \\u0000\"")
                        + record.formatted("d\\u0000", "1")
                        + record.formatted("e", "\"" + "x".repeat(1_001) + "\"")
                        + record.formatted("f", "\"lone \\ud800\"")
                        + record.formatted("g", "1e300"));

        assertThat(counts(response)).isEqualTo(new ImportCounts(2, 2, 0, 0, 5, 2));
        assertThat(response.jsonPath().getList("errors.line", Integer.class)).containsExactly(1, 2, 3, 4, 5);
        assertThat(stored(organization)).isEqualTo(2);
    }

    @Test
    void bytesThatAreNotUtf8AreBadLinesUnlessTheirEncodingIsNamed() throws SQLException {
        var organization = Api.organization("ecommerce");
        var latin1 = "customer_id,occurred_at,amount,city\na,2025-01-01,10,Köln\nb,2025-01-01,20,Bonn\n"
                .getBytes(StandardCharsets.ISO_8859_1);

        var guessed = post(organization, "text/csv", latin1);
        assertThat(counts(guessed)).isEqualTo(new ImportCounts(1, 1, 0, 0, 1, 1));
        assertThat(guessed.<String>path("errors[0].reason"))
                .isEqualTo("is not text in the encoding of the file; name it in the Content-Type");
        assertThat(guessed.<Integer>path("errors[0].line")).isEqualTo(2);

        var named = post(organization, "text/csv; charset=ISO-8859-1", latin1);
        assertThat(counts(named)).isEqualTo(new ImportCounts(2, 1, 0, 1, 0, 1));
        assertThat(Database.text(
                        "select attributes ->> 'city' from transactions where organization_id = ? and amount = 10",
                        organization))
                .isEqualTo("Köln");
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-16LE, text/csv",
        "UTF-16BE, text/csv",
        "UTF-16LE, text/csv; charset=UTF-16",
        "UTF-8, text/csv",
        "UTF-8, text/csv; charset=ISO-8859-1"
    })
    void aByteOrderMarkTellsTheEncoding(String charset, String contentType) throws SQLException {
        var organization = Api.organization("ecommerce");
        var body = "\uFEFFcustomer_id,occurred_at,amount,city\r\na,2025-01-01,10,Köln\r\n"
                .getBytes(Charset.forName(charset));

        assertThat(counts(post(organization, contentType, body))).isEqualTo(new ImportCounts(1, 1, 0, 0, 0, 1));
        assertThat(Database.text(
                        "select attributes ->> 'city' from transactions where organization_id = ?", organization))
                .isEqualTo("Köln");
    }

    @Test
    void quotesMayHoldDelimitersAndLines() throws SQLException {
        var organization = Api.organization("ecommerce");

        counts(
                Api.uploadTransactions(
                        organization,
                        "customer_id,occurred_at,amount,product\r\n\"a, b\",2025-01-01,\"1,234.50\",\"The \"\"best\"\"\nof it\"\r\n"));

        assertThat(Database.text(
                        "select concat_ws('|', external_id, amount, product) from transactions"
                                + " join customers using (organization_id, customer_id) where organization_id = ?",
                        organization))
                .isEqualTo("a, b|1234.5000|The \"best\"\nof it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "customer_id,occurred_at\na,2025-01-01\n",
                "customer_id,occurred_at,amount,note\na,2025-01-01,10,fine\nb,2025-01-01,10,\"open\nc,2025-01-01,10,x\n",
                "customer_id,occurred_at,amount\na,01/02/2025,10\nb,2025-01-01,10\n",
                "customer_id,occurred_at,amount\na,2025-01-01,\"1,234\"\n"
            })
    void aFileThatCannotBeUnderstoodIsRefusedWhole(String csv) throws SQLException {
        var organization = Api.organization("ecommerce");

        assertRefused(post(organization, "text/csv", csv), 400, "invalid-file", organization);
    }

    @Test
    void whatTheFileLeavesOpenCanBeSaid() throws SQLException {
        var organization = Api.organization("ecommerce");

        Api.asAdmin()
                .contentType("text/csv")
                .queryParam("date_format", "mdy")
                .queryParam("decimal_mark", ",")
                .body("customer_id,occurred_at,amount\na,01/02/2025,\"1,234\"\n")
                .post(PATH, organization)
                .then()
                .statusCode(200);

        assertThat(Database.text(
                        "select concat_ws(' ', occurred_at at time zone 'UTC', amount) from transactions"
                                + " where organization_id = ?",
                        organization))
                .isEqualTo("2025-01-02 00:00:00 1.2340");
    }

    @Test
    void aLineOfTenMegabytesIsRefusedAfterGoodLinesOfTwoBatches() throws SQLException {
        var organization = Api.organization("ecommerce");
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var i = 0; i < 11_000; i++) {
            csv.append("a,2025-01-01,").append(i).append('\n');
        }
        csv.append("a,2025-01-01,").append("1".repeat(10_000_000)).append('\n');

        assertRefused(post(organization, "text/csv", csv.toString()), 400, "invalid-file", organization);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"customer_id\":\"a\"", "[{\"customer_id\":\"a\",}]", "", "{} x"})
    void aDocumentThatIsNotJsonIsRefusedWhole(String json) throws SQLException {
        var organization = Api.organization("ecommerce");

        assertRefused(post(organization, "application/json", json), 400, "invalid-file", organization);
    }

    @Test
    void aMediaTypeOrACharsetThatNobodyKnowsIsRefused() throws SQLException {
        var organization = Api.organization("ecommerce");

        assertRefused(post(organization, "application/xml", "<a/>"), 415, "unsupported-media-type", organization);
        assertRefused(
                post(organization, "text/csv; charset=klingon", "a"), 415, "unsupported-media-type", organization);
        assertRefused(
                form(organization, "sales.xlsx", "application/octet-stream", "PK"),
                415,
                "unsupported-media-type",
                organization);
    }

    @Test
    void aFormWithoutAFileIsRefused() throws SQLException {
        var organization = Api.organization("ecommerce");

        var response = Api.asAdmin().multiPart("other", "x").post(PATH, organization);

        assertRefused(response, 400, "invalid-request", organization);
    }

    @Test
    void anOrganizationThatIsNotThereOrNotTheCallersIsUnknown() throws SQLException {
        var organization = Api.organization("ecommerce");
        var csv = "customer_id,occurred_at,amount\na,2025-01-01,10\n";
        var othersKey = Api.key(Api.organization("banking"), "admin");

        assertRefused(post(UUID.randomUUID(), "text/csv", csv), 404, "unknown-organization", organization);
        assertRefused(
                Api.as(othersKey).contentType("text/csv").body(csv).post(PATH, organization),
                404,
                "unknown-organization",
                organization);
        assertRefused(
                Api.as(Api.key(organization, "viewer"))
                        .contentType("text/csv")
                        .body(csv)
                        .post(PATH, organization),
                403,
                "forbidden",
                organization);
        assertRefused(
                Api.as("no such key").contentType("text/csv").body(csv).post(PATH, organization),
                401,
                "unauthenticated",
                organization);
    }

    @Test
    void customersKeepWhatARecordDoesNotSay() throws SQLException {
        var organization = Api.organization("ecommerce");

        Api.upload(organization, "customers", "id,name,phone,city,vip\na,Ada,1,Porto,yes\n")
                .then()
                .statusCode(200);
        var report = counts(Api.upload(
                organization, "customers", "id,name,email,city\na,,ada@example.com,Lisbon\nb,Bob,not an address,\n"));

        assertThat(report).isEqualTo(new ImportCounts(1, 0, 1, 0, 1, 0));
        assertThat(customer(organization, "a")).isEqualTo("Ada ada@example.com 1 Lisbon yes");
    }

    @Test
    void severalLinesAboutOneCustomerAddUpInOneFileAsInSeveral() throws SQLException {
        var organization = Api.organization("ecommerce");

        var report = counts(Api.upload(organization, "customers", """
                id,name,email,phone,city,vip,registered_at
                a,Ada,,1,Porto,,2024-01-01
                a,,ada@example.com,2,,yes,
                """));

        assertThat(report).isEqualTo(new ImportCounts(2, 1, 0, 1, 0, 1));
        assertThat(customer(organization, "a")).isEqualTo("Ada ada@example.com 2 Porto yes");
        assertThat(Database.text(
                        "select registered_at at time zone 'UTC' from customers where organization_id = ?",
                        organization))
                .isEqualTo("2024-01-01 00:00:00");
    }

    private static String customer(UUID organization, String externalId) throws SQLException {
        return Database.text(
                "select concat_ws(' ', name, email, phone, attributes ->> 'city', attributes ->> 'vip')"
                        + " from customers where organization_id = ? and external_id = ?",
                organization,
                externalId);
    }
}
