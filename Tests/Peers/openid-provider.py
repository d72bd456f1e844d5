"""An OpenID Connect provider that is not ours, for the tests of the portal's sign-in: oidc-provider-mock of PyPI, which
stands on Authlib. It does not check PKCE by itself, so Authlib's own check is put in place here. Clients must be registered:
one with a secret, one without. Writes its port to the file that is named, and serves until it is ended."""

import os
import sys

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import oidc_provider_mock
import werkzeug.serving
from authlib.integrations import flask_oauth2
from authlib.oauth2.rfc7636 import CodeChallenge
from oidc_provider_mock import _app, _storage

challenges = {}


class Check(CodeChallenge):
    def get_authorization_code_challenge(self, authorization_code):
        return challenges[authorization_code.code][0]

    def get_authorization_code_challenge_method(self, authorization_code):
        return challenges[authorization_code.code][1]


save = _app.AuthorizationCodeGrant.save_authorization_code


def save_with_challenge(self, code, request):
    asked = request.payload.data
    challenges[code] = (asked.get("code_challenge"), asked.get("code_challenge_method"))
    return save(self, code, request)


_app.AuthorizationCodeGrant.save_authorization_code = save_with_challenge
_app.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
register = flask_oauth2.AuthorizationServer.register_grant


def register_with_check(self, grant, extensions=None):
    if grant is _app.AuthorizationCodeGrant:
        extensions = [*extensions, Check(required=True)]
    return register(self, grant, extensions)


flask_oauth2.AuthorizationServer.register_grant = register_with_check

clients = {
    name: _storage.Client(
        id=name,
        secret=secret or "",
        redirect_uris=["http://127.0.0.1:9/back", "http://127.0.0.1:9/sign-in/return"],
        allowed_scopes=_storage.Client.SCOPES_SUPPORTED,
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
    )
    for name, secret in [("attune", "s/e:cret"), ("attune-public", None)]
}
_storage.Storage.get_client = lambda self, id: clients.get(id)

people = [
    _storage.User(sub="c-north-1", claims={"attune_sites": ["north"], "attune_roles": ["clinician", "gardener"]}),
    _storage.User(sub="nobody", claims={}),
]
application = oidc_provider_mock.app(require_client_registration=True, require_nonce=True, user_claims=people)
application.debug = False
server = werkzeug.serving.make_server("127.0.0.1", 0, application, threaded=True)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
