package io.perennial.platform;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.quarkus.smallrye.openapi.runtime.OpenApiConstants;
import io.quarkus.smallrye.openapi.runtime.OpenApiDocumentHolder;
import io.quarkus.smallrye.openapi.runtime.filter.AutoSecurityFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * In the native executable, has the documents of the API answered as the build wrote them. The framework parses them and
 * writes them again at every start, which takes several times as long as the rest of it and changes nothing: every filter
 * has run in the build.
 */
@TargetClass(className = "io.quarkus.smallrye.openapi.runtime.OpenApiDocumentService")
final class OpenApiAsBuilt {

    @Alias
    private Map<String, OpenApiDocumentHolder> documentHolders;

    @Substitute
    @SuppressWarnings("unused")
    void prepareDocument(
            AutoSecurityFilter security, Map<OpenApiFilter.RunStage, List<String>> filters, String documentName) {
        documentHolders.put(documentName, new Document());
    }

    /** The one document there is, read when it is asked for. */
    static final class Document implements OpenApiDocumentHolder {

        @Override
        public byte[] getJsonDocument() {
            return read("JSON");
        }

        @Override
        public byte[] getYamlDocument() {
            return read("YAML");
        }

        private static byte[] read(String format) {
            try (var document = Document.class.getResourceAsStream("/" + OpenApiConstants.BASE_NAME + "." + format)) {
                return document.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
