"""The clients: how each is built and run, what it needs, what it cannot do. The table of docs/interop.md is drawn from this."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RACINE = Path(__file__).parents[2]
EXEMPLES = RACINE / "docs" / "exemples" / "clients"
#: Where ``make interop`` installs what Debian does not have: a virtual environment, and ``node_modules`` in it.
OUTILS = Path(os.environ.get("ESAV_INTEROP", RACINE / ".venv-interop"))
MODULES = OUTILS / "node_modules"
PYTHON = OUTILS / "bin" / "python"

_JARS = ("axis", "axis-jaxrpc", "axis-saaj", "commons-discovery", "commons-logging", "wsdl4j")
_AXIS = ":".join(f"/usr/share/java/{jar}.jar" for jar in _JARS)
_JAXWS = "/usr/share/java/jaxws-rt.jar"
_CONFIANCE_JAVA = (
    "keytool -importcert -noprompt -alias esav -file $ESAV_CA -keystore ca.p12 -storetype PKCS12 -storepass changeit"
)
_TLS_JAVA = (
    "-Djavax.net.ssl.keyStore=$ESAV_P12 -Djavax.net.ssl.keyStorePassword=$ESAV_P12_SECRET"
    " -Djavax.net.ssl.trustStore=ca.p12 -Djavax.net.ssl.trustStorePassword=changeit"
)
_WSDLS = "$ESAV_WSDL/depot.wsdl $ESAV_WSDL/suivi.wsdl $ESAV_WSDL/rendez-vous.wsdl"
_P12 = "PKCS#12, par `javax.net.ssl.keyStore` ; l'autorité du serveur par `javax.net.ssl.trustStore` (`keytool -importcert`)."
_NODE = "`ClientSSLSecurity(clé, certificat, autorité)`, en PEM, pour chaque client."


@dataclass(frozen=True)
class Client:
    """``construire`` and ``lancer`` are shell commands, run in an empty folder, with ``$SOURCE``: that of the example.

    ``besoins``: programs or files without which it cannot run. ``version``: a command that says it. ``manquent``: the
    steps of the scenario that it does not do, and why. ``avant``: what its program for the catalogue before writes otherwise,
    where a field that became mandatory has another type. ``sans_12``: why it does not speak SOAP 1.2, if it does not.
    """

    code: str
    nom: str
    langage: str
    paquets: str
    besoins: tuple[str, ...]
    version: str
    lancer: str
    certificat: str
    construire: tuple[str, ...] = ()
    stubs: str = "aucun : lit le WSDL à l'exécution"
    limites: str = "—"
    sans_12: str = ""
    manquent: Mapping[str, str] = field(default_factory=dict)
    avant: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        return EXEMPLES / self.code

    @property
    def soap(self) -> tuple[str, ...]:
        return ("1.1",) if self.sans_12 else ("1.1", "1.2")

    def absents(self) -> list[str]:
        return [besoin for besoin in self.besoins if not shutil.which(besoin) and not Path(besoin).exists()]

    def executer(self, commande: str, dossier: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        tout = {
            "SOURCE": str(self.source),
            **env,
            "HOME": str(dossier),
            "PYTHON": str(PYTHON),
            "PROJET": sys.executable,
            "NODE_PATH": str(MODULES),
        }
        return subprocess.run(
            ["/bin/sh", "-ec", commande],
            cwd=dossier,
            env=tout,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=800,
            check=False,
        )


def _debian(paquet: str) -> str:
    return f"dpkg-query -W -f '${{Version}}' {paquet}"


CLIENTS = (
    Client(
        code="php",
        nom="PHP ext-soap",
        langage="PHP",
        paquets="Debian : php-cli php-soap",
        besoins=("php",),
        version="php -r 'echo phpversion(\"soap\");'",
        lancer="php $SOURCE/scenario.php",
        certificat="PEM, dans un contexte de flux `ssl` : `local_cert`, `local_pk`, `cafile`.",
        limites="Sans `SOAP_SINGLE_ELEMENT_ARRAYS`, une liste d'un seul élément arrive comme un objet. Donner les décimaux en texte.",
    ),
    Client(
        code="gsoap-cpp",
        nom="gSOAP",
        langage="C++",
        paquets="Debian : gsoap libgsoap-dev g++ pkg-config libssl-dev zlib1g-dev",
        besoins=("wsdl2h", "soapcpp2", "g++", "pkg-config", "/usr/include/stdsoap2.h"),
        version="soapcpp2 -V 2>&1 | tail -1",
        construire=(
            f"wsdl2h -t $SOURCE/typemap.dat -o esav.h {_WSDLS}",
            "soapcpp2 -j -C -${ESAV_SOAP#1.} -x -w esav.h",
            "g++ -w -O0 -I. $(pkg-config --cflags gsoapssl++) -o scenario $SOURCE/scenario.cpp soapC.cpp"
            " soapEsavDepotBindingProxy.cpp $(pkg-config --libs gsoapssl++) -lssl -lcrypto -lz",
        ),
        lancer="cat $ESAV_CERTIFICAT $ESAV_CLE > client.pem; ESAV_PEM=client.pem ./scenario",
        stubs="`wsdl2h -t typemap.dat`, `soapcpp2 -j -C -1` (`-2` : SOAP 1.2)",
        certificat="`soap_ssl_client_context` : certificat et clé dans un même fichier PEM, puis l'autorité.",
        avant={"nombreFibresTouchees = 1": "nombreFibresTouchees = tenir(1)", "Touchees = 3": "Touchees = tenir(3)"},
        limites="Un seul proxy pour tous les services, qui ont le même espace de noms : donner l'adresse à chaque appel."
        " `SOAP_C_UTFSTRING`, sinon les accents sont perdus. `typemap.dat` fixe les préfixes.",
    ),
    Client(
        code="gsoap-c",
        nom="gSOAP",
        langage="C",
        paquets="Debian : gsoap libgsoap-dev gcc pkg-config libssl-dev zlib1g-dev",
        besoins=("wsdl2h", "soapcpp2", "gcc", "pkg-config", "/usr/include/stdsoap2.h"),
        version="soapcpp2 -V 2>&1 | tail -1",
        construire=(
            f"wsdl2h -c -t $SOURCE/typemap.dat -o esav.h {_WSDLS}",
            "soapcpp2 -c -C -${ESAV_SOAP#1.} -x -w esav.h",
            "gcc -w -O0 -I. $(pkg-config --cflags gsoapssl) -o scenario $SOURCE/scenario.c soapC.c soapClient.c"
            " $(pkg-config --libs gsoapssl) -lssl -lcrypto -lz",
        ),
        lancer="cat $ESAV_CERTIFICAT $ESAV_CLE > client.pem; ESAV_PEM=client.pem ./scenario",
        stubs="`wsdl2h -c -t typemap.dat`, `soapcpp2 -c -C -1` (`-2` : SOAP 1.2)",
        certificat="Comme en C++.",
        avant={
            "nombreFibresTouchees = 1": "nombreFibresTouchees = &un",
            "faux.nombreFibresTouchees = 3;": "int trois = 3; faux.nombreFibresTouchees = &trois;",
        },
        limites="Comme en C++. Un champ facultatif est un pointeur ; une liste a sa taille dans `__size...`.",
    ),
    Client(
        code="perl",
        nom="SOAP::Lite",
        langage="Perl",
        paquets="Debian : libsoap-lite-perl libio-socket-ssl-perl",
        besoins=("perl", "/usr/share/perl5/SOAP/Lite.pm"),
        version="perl -MSOAP::Lite -e 'print SOAP::Lite->VERSION'",
        lancer="perl $SOURCE/scenario.pl",
        stubs="aucun : messages composés par le programme, dans l'ordre du WSDL",
        certificat="`ssl_opts` de LWP : `SSL_cert_file`, `SSL_key_file`, `SSL_ca_file`, en PEM.",
        limites="`autotype(0)` : sinon xsi:type, et base64 pour un texte accentué ; mais alors `&` et `<` ne sont plus échappés :"
        " `SOAP::Utils::encode_data`. `soapversion` avant `new`.",
    ),
    Client(
        code="zeep",
        nom="zeep",
        langage="Python",
        paquets="pip : zeep",
        besoins=(),
        version="$PROJET -c 'import importlib.metadata as m; print(m.version(\"zeep\"))'",
        lancer="$PROJET $SOURCE/scenario.py",
        certificat="PEM, par `Session.cert` et `Session.verify` de requests.",
        limites="La variable `REQUESTS_CA_BUNDLE` l'emporte sur `Session.verify`. Le détail de la fault est un élément, à lire avec"
        " `get_element(...).parse(...)`.",
    ),
    Client(
        code="suds",
        nom="suds",
        langage="Python",
        paquets="pip : suds",
        besoins=(str(PYTHON),),
        version="$PYTHON -c 'import importlib.metadata as m; print(m.version(\"suds\"))'",
        lancer="$PYTHON $SOURCE/scenario.py",
        certificat="PEM, par un `HttpTransport` dont le `HTTPSHandler` d'urllib a un contexte `ssl`.",
        limites="Donner les dates et heures en texte : d'un `datetime`, suds n'écrit pas le « T ». Un élément absent de la réponse"
        " n'est pas un attribut : `hasattr`.",
        sans_12="suds ne connaît que SOAP 1.1.",
    ),
    Client(
        code="node-soap",
        nom="soap",
        langage="Node.js",
        paquets="npm : soap",
        besoins=("node", str(MODULES / "soap")),
        version="node -p 'require(\"soap/package.json\").version'",
        lancer="node $SOURCE/scenario.js",
        certificat=_NODE,
        limites="Une liste d'un seul élément arrive comme un objet. Un xs:date arrive comme une `Date`, à minuit UTC. Donner les"
        " champs dans l'ordre du WSDL.",
    ),
    Client(
        code="strong-soap",
        nom="strong-soap",
        langage="Node.js",
        paquets="npm : strong-soap",
        besoins=("node", str(MODULES / "strong-soap")),
        version="node -p 'require(\"strong-soap/package.json\").version'",
        lancer="node $SOURCE/scenario.js",
        certificat=_NODE,
        limites="Une liste d'un seul élément arrive comme un objet. Écrit un « Z » après une date : le service l'admet dans les dates de ses"
        " requêtes, pas dans celles d'un formulaire, qui se donnent en texte.",
    ),
    Client(
        code="tcl",
        nom="tclws",
        langage="Tcl",
        paquets="Debian : tclws tcl-tls tdom",
        besoins=("tclsh", "/usr/lib/tcltk"),
        version=_debian("tclws"),
        lancer="tclsh $SOURCE/scenario.tcl",
        certificat="PEM, par `http::register https 443 [list ::tls::socket -certfile ... -keyfile ... -cafile ...]`.",
        limites="Du détail d'une fault, tclws ne garde que le texte, sans les éléments : l'exemple garde la réponse et la lit avec tdom."
        " Sources en UTF-8 : `tclsh -encoding utf-8` si la langue du système n'est pas en UTF-8.",
        sans_12="tclws ne connaît que SOAP 1.1.",
    ),
    Client(
        code="mono",
        nom="wsdl.exe (Mono)",
        langage="C#",
        paquets="Debian : mono-devel ca-certificates-mono",
        besoins=("wsdl", "mcs", "mono", "cert-sync"),
        version="mono --version | sed -n '1s/.*version \\([^ ]*\\).*/\\1/p'",
        construire=(
            # there are no stubs from a WSDL of SOAP 1.2; those of the other one speak it
            f"wsdl -l:CS -o:Esav.cs {_WSDLS.replace('$ESAV_WSDL', '$ESAV_WSDL_11')}",
            "mcs -nologo -warn:0 -r:System.Web.Services -r:System.Xml -r:System.Core -out:scenario.exe Esav.cs $SOURCE/Scenario.cs",
            "cert-sync --user --quiet $ESAV_CA",
        ),
        lancer="mono scenario.exe",
        avant={"nombreFibresTouchees = 1": "nombreFibresTouchees = 1, nombreFibresToucheesSpecified = true"},
        stubs="`wsdl -l:CS` sur le WSDL de SOAP 1.1 (SOAP 1.2 : `SoapVersion`)",
        certificat="`ClientCertificates.Add(new X509Certificate2(...))`, PKCS#12 d'anciens algorithmes (`openssl pkcs12 -export -legacy`) ;"
        " l'autorité du serveur par `cert-sync --user`.",
        limites="Un champ facultatif qui n'est pas un texte n'est envoyé qu'avec son `...Specified` à vrai. Le détail de la fault se lit en"
        " XML. L'adresse doit être un nom : Mono ne reconnaît pas une adresse IP dans un certificat.",
    ),
    Client(
        code="jaxws",
        nom="JAX-WS RI",
        langage="Java",
        paquets="Debian : jaxws default-jdk-headless",
        besoins=("wsimport", "javac", "keytool", _JAXWS),
        version=_debian("jaxws"),
        construire=(
            "mkdir src classes; for service in depot suivi rendez-vous; do"
            " wsimport -extension -Xnocompile -encoding UTF-8 -p fr.esav -s src $ESAV_WSDL/$service.wsdl; done",
            f"javac -nowarn -encoding UTF-8 -cp {_JAXWS} -d classes $(find src -name '*.java') $SOURCE/Scenario.java",
            _CONFIANCE_JAVA,
        ),
        lancer=f"java {_TLS_JAVA} -cp classes:{_JAXWS} Scenario",
        stubs="`wsimport -Xnocompile -encoding UTF-8` (`-extension` : SOAP 1.2)",
        certificat=_P12,
        limites="Les constantes des codes sont récrites par JAXB : `L1550` devient `L_1550`.",
    ),
    Client(
        code="axis",
        nom="Axis 1.4",
        langage="Java",
        paquets="Debian : libaxis-java default-jdk-headless",
        besoins=("java", "javac", "keytool", "/usr/share/java/axis.jar"),
        version=_debian("libaxis-java"),
        construire=(
            "mkdir src classes; for service in depot suivi rendez-vous; do"
            f" java -cp {_AXIS} org.apache.axis.wsdl.WSDL2Java -p fr.esav -o src $ESAV_WSDL/$service.wsdl; done",
            f"javac -nowarn -encoding UTF-8 -cp {_AXIS} -d classes $(find src -name '*.java') $SOURCE/Scenario.java",
            _CONFIANCE_JAVA,
        ),
        lancer=f"java {_TLS_JAVA} -cp classes:{_AXIS} Scenario",
        stubs="`org.apache.axis.wsdl.WSDL2Java`",
        certificat=_P12,
        limites="Les dates et heures partent avec un xsi:type dans les filtres d'une requête : le service l'admet là, et là seulement.",
        sans_12="`WSDL2Java` s'arrête sur une liaison SOAP 1.2 (« Missing <soap:fault> »).",
    ),
)
