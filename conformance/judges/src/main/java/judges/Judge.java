package judges;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Asks a validator that others wrote about files, and prints one line of JSON
 * for each: {"file":"…","ok":true,"findings":["…"]}.
 *
 * <pre>
 *   preflight FILE…            PDFBox, PDF/A-1b
 *   verapdf 1b|2b|2a|3b FILE…  veraPDF
 *   dss CA.pem FILE…           EU DSS; findings are "FIELD LEVEL INDICATION SUBINDICATION"
 * </pre>
 */
public final class Judge {
    private Judge() {
    }

    /** What a judge says of one file. */
    record Verdict(boolean ok, List<String> findings) {
    }

    /** A validator. */
    interface Validator {
        Verdict judge(Path file) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        int files = args[0].equals("preflight") ? 1 : 2;
        Validator validator = switch (args[0]) {
            case "preflight" -> new Preflight();
            case "verapdf" -> new VeraPdf(args[1]);
            case "dss" -> new Dss(Path.of(args[1]));
            default -> throw new IllegalArgumentException("preflight, verapdf or dss");
        };
        for (String name : Arrays.asList(args).subList(files, args.length)) {
            Verdict v;
            try {
                v = validator.judge(Path.of(name));
            } catch (Exception e) {
                v = new Verdict(false, List.of("could not judge: " + e));
            }
            System.out.println("{\"file\":" + quote(name) + ",\"ok\":" + v.ok() + ",\"findings\":["
                    + String.join(",", v.findings().stream().map(Judge::quote).toList()) + "]}");
        }
    }

    private static String quote(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(' ');
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
