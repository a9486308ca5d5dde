// Xerces as a judge: reads requests from its standard input and answers each with a line, "OK" or what is wrong.
//
// A request: one letter and a length (four bytes, the most significant first), then so many bytes.
//   S  path of a schema, which is compiled and judges what follows
//   D  a document, judged by the last schema

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.Validator;
import org.apache.xerces.jaxp.validation.XMLSchemaFactory;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

public class Juge {
    /** Whatever is no mere warning ends the judgement. */
    private static final ErrorHandler STRICT = new ErrorHandler() {
        public void warning(SAXParseException dit) {}

        public void error(SAXParseException dit) throws SAXException {
            throw dit;
        }

        public void fatalError(SAXParseException dit) throws SAXException {
            throw dit;
        }
    };

    public static void main(String[] args) throws Exception {
        DataInputStream entree = new DataInputStream(System.in);
        PrintStream sortie = new PrintStream(System.out, false, "UTF-8");
        Validator validateur = null;
        for (int genre = entree.read(); genre >= 0; genre = entree.read()) {
            byte[] octets = new byte[entree.readInt()];
            entree.readFully(octets);
            try {
                if (genre == 'S') {
                    validateur = null;
                    validateur = compiler(new File(new String(octets, StandardCharsets.UTF_8))).newValidator();
                    validateur.setErrorHandler(STRICT);
                } else if (validateur == null) {
                    throw new SAXException("no schema");
                } else {
                    validateur.validate(new StreamSource(new ByteArrayInputStream(octets)));
                }
                sortie.println("OK");
            } catch (SAXException dit) {
                sortie.println(String.valueOf(dit.getMessage()).replaceAll("\\s+", " "));
            }
        }
        sortie.flush();
    }

    private static Schema compiler(File fichier) throws SAXException {
        XMLSchemaFactory fabrique = new XMLSchemaFactory();
        fabrique.setErrorHandler(STRICT);
        fabrique.setFeature("http://apache.org/xml/features/validation/schema-full-checking", true);
        return fabrique.newSchema(fichier);
    }
}
