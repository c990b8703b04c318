package judges;

import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** EU DSS, trusting the certificates of one file and calling nobody. */
final class Dss implements Judge.Validator {
    private final CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();

    Dss(Path anchors) throws Exception {
        String pem = Files.readString(anchors);
        for (String one : pem.split("(?<=-----END CERTIFICATE-----)")) {
            if (one.contains("BEGIN CERTIFICATE")) {
                trusted.addCertificate(DSSUtils.loadCertificate(one.strip().getBytes()));
            }
        }
    }

    @Override
    public Judge.Verdict judge(Path file) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        verifier.setAIASource(null);
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file.toFile()));
        validator.setCertificateVerifier(verifier);
        SimpleReport report = validator.validateDocument().getSimpleReport();
        List<String> findings = new ArrayList<>();
        boolean ok = true;
        for (String id : report.getSignatureIdList()) {
            findings.add(report.getSignatureFormat(id) + " " + report.getIndication(id) + " " + report.getSubIndication(id)
                    + " " + report.getAdESValidationErrors(id).stream().map(m -> m.getValue()).toList());
            ok &= "TOTAL_PASSED".equals(String.valueOf(report.getIndication(id)));
        }
        return new Judge.Verdict(ok && !findings.isEmpty(), findings);
    }
}
