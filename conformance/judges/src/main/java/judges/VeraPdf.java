package judges;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

/** veraPDF, for one flavour of PDF/A. */
final class VeraPdf implements Judge.Validator {
    private final PDFAFlavour flavour;

    VeraPdf(String flavour) {
        VeraGreenfieldFoundryProvider.initialise();
        this.flavour = PDFAFlavour.byFlavourId(flavour);
    }

    @Override
    public Judge.Verdict judge(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            List<String> findings = result.getTestAssertions().stream()
                    .map(a -> a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber() + " " + a.getMessage())
                    .distinct().limit(20).toList();
            return new Judge.Verdict(result.isCompliant(), findings);
        }
    }
}
