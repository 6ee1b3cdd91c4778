package io.lockkeeper.target;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// A range of addresses, as in `10.0.0.0/8`.
record Network(byte[] address, int bits) {

    static Network parse(String text) {
        String[] parts = text.strip().split("/", -1);
        try {
            byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
            int bits = parts.length == 1 ? address.length * 8 : Integer.parseInt(parts[1]);
            if (parts.length > 2 || bits < 0 || bits > address.length * 8) {
                throw new IllegalArgumentException("its prefix is out of range");
            }
            return new Network(address, bits);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(text + " is not a network such as 10.0.0.0/8", malformed);
        }
    }

    boolean holds(InetAddress candidate) {
        byte[] other = candidate.getAddress();
        if (other.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /// The IPv4 address that hides in one of IPv6 (NAT64, 6to4), or the address itself. Java unwraps mapped
    /// ones already.
    static InetAddress unwrapped(InetAddress address) {
        byte[] bytes = address.getAddress();
        try {
            if (NAT64.holds(address)) {
                return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
            }
            return SIX_TO_FOUR.holds(address) ? InetAddress.getByAddress(Arrays.copyOfRange(bytes, 2, 6)) : address;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static final Network NAT64 = parse("64:ff9b::/96");
    private static final Network SIX_TO_FOUR = parse("2002::/16");
}
