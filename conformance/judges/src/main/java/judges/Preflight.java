package judges;

import java.nio.file.Path;
import java.util.List;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** PDFBox preflight: PDF/A-1b. */
final class Preflight implements Judge.Validator {
    @Override
    public Judge.Verdict judge(Path file) throws Exception {
        ValidationResult result = PreflightParser.validate(file.toFile());
        List<String> findings = result.getErrorsList().stream().map(e -> e.getErrorCode() + " " + e.getDetails()).toList();
        return new Judge.Verdict(result.isValid(), findings);
    }
}
