package io.lockkeeper.postgres;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Whom one connection believes, and why it did not: the client hides the reason of a failed handshake, so
/// it is kept here. Used for one attempt to connect and that session's cancel requests.
final class ServerTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager authorities; // null: everybody is believed
    private volatile CertificateException objection;

    private ServerTrust(X509ExtendedTrustManager authorities) {
        this.authorities = authorities;
    }

    static ServerTrust of(Tls tls) {
        try {
            return new ServerTrust(tls.verifiesChain() ? authorities(tls.ca()) : null);
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new ConnectFailure(ConnectFailure.Reason.TLS, "The CA of this connection cannot be read.", e);
        }
    }

    /// The certificates in a PEM text.
    static Collection<? extends Certificate> certificates(String pem) throws CertificateException {
        var found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        if (found.isEmpty()) {
            throw new CertificateException("no certificate found");
        }
        return found;
    }

    private static X509ExtendedTrustManager authorities(String pem)
            throws GeneralSecurityException, java.io.IOException {
        KeyStore store = null; // null means the system's own
        if (pem != null) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int no = 0;
            for (Certificate certificate : certificates(pem)) {
                store.setCertificateEntry("ca" + no++, certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    /// Those of the system's own trust store.
    static X509Certificate[] systemAuthorities() throws KeyStoreException, NoSuchAlgorithmException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return ((X509ExtendedTrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers();
    }

    /// For the blocking sockets of cancel requests.
    SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        return context;
    }

    /// Why the server's certificate was not believed; null when it was, or never came.
    CertificateException objection() {
        return objection;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(() -> authorities.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(() -> authorities.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(() -> authorities.checkServerTrusted(chain, authType));
    }

    private void check(Check check) throws CertificateException {
        if (authorities == null) {
            return;
        }
        try {
            check.run();
        } catch (CertificateException e) {
            objection = e;
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
    }

    @FunctionalInterface
    private interface Check {
        void run() throws CertificateException;
    }
}
