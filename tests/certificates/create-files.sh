#!/bin/sh
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes the sample stores in files/, and in files/expected what openssl and ssh-keygen say about
# them. The results are checked in, so that tests need none of these programs; run it again only
# for new samples. All keys are for tests and protect nothing.
#
# Needs openssl 3, ssh-keygen, puttygen and python3 with cryptography (for XML and JSON).
set -eu
cd "$(dirname "$0")"
rm -rf files
mkdir files
cd files
password=secret

# A root, and leaves that it signs: RSA with every field that there is to read, P-256, Ed25519.
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 36500 \
  -subj "/C=DE/O=Test Root" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
cat >leaf.cnf <<'END'
[rsa]
subjectAltName = DNS:www.example.com, DNS:*.example.org, IP:127.0.0.1, IP:::1, email:webmaster@example.com
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
[plain]
subjectAltName = DNS:localhost
keyUsage = digitalSignature
END
leaf ()
{
  openssl req -new -key "$1-key.pem" -subj "$2" -out leaf.csr -utf8
  openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca-key.pem -set_serial "$3" -days 36500 \
    -extfile leaf.cnf -extensions "$4" -out "$1.pem" 2>/dev/null
  rm leaf.csr
}
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-key.pem 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec-key.pem
openssl genpkey -algorithm ED25519 -out ed-key.pem
leaf rsa "/C=US/ST=Utah/O=Widgets, Inc/OU=Ünit/CN=www.example.com/emailAddress=webmaster@example.com" 0x00c0ffee01 rsa
leaf ec "/CN=localhost/O=Curves" 0x1001 plain
leaf ed "/CN=edwards.example.com" 0x1002 plain

# PEM: key and chain; every encryption of a key.
cat rsa-key.pem rsa.pem ca.pem >chain.pem
cat ec-key.pem ec.pem >ec-both.pem
openssl pkcs8 -topk8 -in ec-key.pem -v2 aes-256-cbc -passout "pass:$password" -out ec-pbes2-key.pem
openssl pkcs8 -topk8 -in ec-key.pem -v1 PBE-MD5-DES -provider legacy -provider default \
  -passout "pass:$password" -out ec-pbes1-key.pem
openssl ec -in ec-key.pem -aes-128-cbc -passout "pass:$password" -out ec-dek-key.pem 2>/dev/null
openssl rsa -in rsa-key.pem -traditional -des3 -passout "pass:$password" -out rsa-dek-key.pem 2>/dev/null
cat ec-pbes2-key.pem ec.pem >ec-encrypted.pem
openssl x509 -in ec.pem -outform DER -out ec.der
openssl pkey -in ec-key.pem -outform DER -out ec-key.der
openssl pkey -in ec-key.pem -pubout -out ec-public.pem

# PFX: new and old encryption, an empty password, no check value, two certificates with keys.
openssl pkcs12 -export -inkey rsa-key.pem -in rsa.pem -certfile ca.pem -name "friendly" \
  -passout "pass:$password" -out new.pfx
openssl pkcs12 -export -legacy -inkey rsa-key.pem -in rsa.pem -certfile ca.pem \
  -passout "pass:$password" -out old.pfx
openssl pkcs12 -export -inkey ec-key.pem -in ec.pem -passout pass: -out empty.pfx
openssl pkcs12 -export -nomac -inkey ec-key.pem -in ec.pem -passout "pass:$password" -out nomac.pfx
openssl pkcs12 -export -keypbe NONE -certpbe NONE -inkey ec-key.pem -in ec.pem \
  -passout "pass:$password" -out plain.pfx

# PKCS #7.
openssl crl2pkcs7 -nocrl -certfile rsa.pem -certfile ca.pem -outform DER -out chain.p7b
openssl crl2pkcs7 -nocrl -certfile rsa.pem -certfile ca.pem -out chain-pem.p7b

# SSH and PuTTY, whose puttygen reads keys in the old forms only.
openssl rsa -in rsa-key.pem -traditional -out rsa-old.pem 2>/dev/null
openssl ec -in ec-key.pem -out ec-old.pem 2>/dev/null
for name in rsa ec; do
  cp "$name-key.pem" ssh-key
  chmod 600 ssh-key
  ssh-keygen -y -f ssh-key >"$name.pub"
done
ssh-keygen -q -t ed25519 -N "" -C "a comment" -f ssh-ed
mv ssh-ed.pub ed.pub
ssh-keygen -e -f rsa.pub >rsa-4716.pub
rm -f ssh-key
printf '%s' "$password" >password
: >empty
puttygen rsa-old.pem -C "" -o rsa-3.ppk --ppk-param version=3
puttygen rsa-old.pem -o rsa-2.ppk --ppk-param version=2
puttygen rsa-old.pem -o rsa-3-encrypted.ppk --new-passphrase password \
  --ppk-param version=3,memory=64,passes=2,parallelism=1
puttygen rsa-old.pem -o rsa-2-encrypted.ppk --new-passphrase password --ppk-param version=2
puttygen ec-old.pem -o ec-3.ppk --ppk-param version=3
puttygen ssh-ed -o ed-3-encrypted.ppk --new-passphrase password \
  --ppk-param version=3,kdf=argon2i,memory=64,passes=2,parallelism=1
rm -f password empty ssh-ed rsa-old.pem ec-old.pem leaf.cnf

python3 - <<'END'
import base64
import json
import re

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa


def number(value, url=False, length=None):
    data = value.to_bytes(length or (value.bit_length() + 7) // 8, "big")
    if url:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    return base64.b64encode(data).decode()


def load(name):
    with open(name, "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def write(name, text):
    with open(name, "w") as file:
        file.write(text)


def body(name):
    with open(name) as file:
        return re.sub(r"-----.*?-----|\s", "", file.read())


rsa = load("rsa-key.pem").private_numbers()
ec = load("ec-key.pem").private_numbers()
ed = load("ed-key.pem")
raw = serialization.Encoding.Raw
ed_x = ed.public_key().public_bytes(raw, serialization.PublicFormat.Raw)
ed_d = ed.private_bytes(raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
dsa_key = dsa.generate_private_key(1024)
dsa_numbers = dsa_key.private_numbers()
public = dsa_numbers.public_numbers

rsa_public = {"Modulus": rsa.public_numbers.n, "Exponent": rsa.public_numbers.e}
rsa_private = {"P": rsa.p, "Q": rsa.q, "DP": rsa.dmp1, "DQ": rsa.dmq1, "InverseQ": rsa.iqmp, "D": rsa.d}
dsa_all = {"P": public.parameter_numbers.p, "Q": public.parameter_numbers.q,
           "G": public.parameter_numbers.g, "Y": public.y, "X": dsa_numbers.x}


def element(name, fields):
    return f"<{name}>" + "".join(f"<{key}>{number(value)}</{key}>" for key, value in fields.items()) + f"</{name}>\n"


point = b"\4" + ec.public_numbers.x.to_bytes(32, "big") + ec.public_numbers.y.to_bytes(32, "big")
write("rsa.xml", element("RSAKeyValue", rsa_public | rsa_private))
write("rsa-public.xml", '<?xml version="1.0"?>\n' + element("RSAKeyValue", rsa_public))
write("dsa.xml", element("DSAKeyValue", dsa_all))
write("ec.xml", '<?xml version="1.0"?>\n<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
      f'<ds:KeyValue><ECKeyValue xmlns="http://www.w3.org/2009/xmldsig11#">'
      f'<NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"/><PublicKey>{base64.b64encode(point).decode()}</PublicKey>'
      f'<PrivateKey>{number(ec.private_value, length=32)}</PrivateKey></ECKeyValue></ds:KeyValue>\n'
      f'<ds:X509Data><ds:X509Certificate>\n{body("ec.pem")}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n')

rsa_jwk = {"kty": "RSA", "n": number(rsa.public_numbers.n, True), "e": number(rsa.public_numbers.e, True),
           "d": number(rsa.d, True), "p": number(rsa.p, True), "q": number(rsa.q, True),
           "dp": number(rsa.dmp1, True), "dq": number(rsa.dmq1, True), "qi": number(rsa.iqmp, True)}
ec_jwk = {"kty": "EC", "crv": "P-256", "x": number(ec.public_numbers.x, True, 32),
          "y": number(ec.public_numbers.y, True, 32), "d": number(ec.private_value, True, 32)}
okp_jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(ed_x).rstrip(b"=").decode(),
           "d": base64.urlsafe_b64encode(ed_d).rstrip(b"=").decode()}
write("rsa.jwk", json.dumps(rsa_jwk, indent=1))
write("rsa-no-primes.jwk", json.dumps({key: rsa_jwk[key] for key in ("kty", "n", "e", "d")}))
write("ec.jwk", json.dumps(ec_jwk | {"x5c": [body("ec.pem"), body("ca.pem")]}))
write("ed.jwk", json.dumps(okp_jwk))
write("set.jwk", json.dumps({"keys": [{"kty": "oct", "k": "AAAA"}, okp_jwk, ec_jwk]}))
END

# What others say. A line is: file, name of the property, value.
expect ()
{
  printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>expected
}
for name in rsa ec ed ca; do
  file=$name.pem
  for digest in md5 sha1 sha256; do
    value=$(openssl x509 -in $file -noout -fingerprint -$digest | cut -d= -f2)
    expect $file thumbprint-$digest "$(echo "$value" | tr -d :)"
    case $digest in
      md5) expect $file fingerprint "$(echo "$value" | tr A-F a-f)" ;;
      *) expect $file fingerprint-$digest "$(echo "$value" | tr A-F a-f)" ;;
    esac
  done
  expect $file serial-number "$(openssl x509 -in $file -noout -serial | cut -d= -f2)"
  for date in start end; do
    value=$(date -u -d "$(openssl x509 -in $file -noout -${date}date | cut -d= -f2)" +%s)
    expect $file $date "$value"
  done
  expect $file public-key "$(openssl x509 -in $file -noout -pubkey | tr -d '\n')"
  # In openssl's order and spelling, but with quotes, and S and E for state and mail address.
  for side in subject issuer; do
    value=$(openssl x509 -in $file -noout -$side -nameopt utf8,sep_comma_plus_space,dn_rev=no,sname 2>/dev/null ||
      openssl x509 -in $file -noout -$side -nameopt utf8,sep_comma_plus_space,sname)
    value=${value#"$side"=}
    value=$(echo "$value" | sed 's/\bST=/S=/; s/\bemailAddress=/E=/; s/O=Widgets\\\{0,1\}, Inc/O="Widgets, Inc"/')
    expect $file $side "$value"
  done
done
for file in rsa.pub ec.pub ed.pub; do
  value=$(ssh-keygen -l -E md5 -f $file | cut -d' ' -f2)
  expect $file fingerprint "${value#MD5:}"
  value=$(ssh-keygen -l -E sha256 -f $file | cut -d' ' -f2)
  expect $file fingerprint-sha256 \
    "$(echo "${value#SHA256:}=" | base64 -d | od -An -v -tx1 | tr -d '\n' | sed 's/^ //; s/ /:/g')"
done
