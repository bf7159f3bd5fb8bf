/**
 * Templates of the remarks that call-takers and officers type, by family of event. narratives.ts fills the slots in braces. Each template of
 * `FIRST` holds {canary}.
 * Abbreviations are the common ones: RP reporting party, COMP complainant, SUBJ subject, VEH vehicle, LS last seen, WB westbound,
 * NEG negative, UTL unable to locate, GOA gone on arrival, ADV advised, POSS possible, WPN weapon, OBS observed, PTL patrol.
 */

/** Event types of one family share their templates. */
export const FAMILIES = [
  'burglary',
  'vehicle',
  'robbery',
  'gunfire',
  'stabbing',
  'hostage',
  'fire',
  'animal',
  'civil',
  'bomb',
  'vandalism',
  'welfare',
  'alarm',
  'suspicious',
  'disturbance',
  'domestic',
  'custody',
  'traffic',
  'theft',
  'missing',
  'medical',
  'patrol',
] as const;
/** One of the families above. */
export type Family = (typeof FAMILIES)[number];

/** The family of each event type of contract/catalogue.ts. */
export const FAMILY_BY_TYPE: Readonly<Record<string, Family>> = {
  burglary: 'burglary',
  'burglary-cold': 'burglary',
  'burglary-domestic': 'domestic',
  'vehicle-break-in': 'vehicle',
  'vehicle-theft': 'vehicle',
  robbery: 'robbery',
  'shots-fired': 'gunfire',
  shooting: 'gunfire',
  stabbing: 'stabbing',
  'stabbing-domestic': 'domestic',
  hostage: 'hostage',
  arson: 'fire',
  animal: 'animal',
  civil: 'civil',
  'bomb-threat': 'bomb',
  vandalism: 'vandalism',
  'welfare-check': 'welfare',
  fire: 'fire',
  'burglar-alarm': 'alarm',
  'suspicious-person': 'suspicious',
  'suspicious-vehicle': 'suspicious',
  disturbance: 'disturbance',
  noise: 'disturbance',
  fight: 'disturbance',
  assault: 'disturbance',
  domestic: 'domestic',
  'in-custody': 'custody',
  'traffic-crash': 'traffic',
  'traffic-stop': 'traffic',
  'traffic-hazard': 'traffic',
  theft: 'theft',
  fraud: 'theft',
  'missing-person': 'missing',
  medical: 'medical',
  trespass: 'suspicious',
  'patrol-check': 'patrol',
};

/** A record's first note. */
export const FIRST: Readonly<Record<Family, readonly string[]>> = {
  burglary: [
    'RP {rp} AT {addr} {apt} HEARS SOMEONE IN THE KITCHEN, BACK DOOR KICKED IN. RP HIDING IN UPSTAIRS BEDROOM. CB {rpPhone}. NEIGHBOR {otFirst} {canary} ALSO CALLING',
    'COMP CAME HOME TO FIND FRONT WINDOW BROKEN AT {addr}, SUBJ {looks} RAN OUT SIDE GATE TWD ALLEY. COMP IS {rp}, HM {rpPhone}. KEYHOLDER MS {canary}',
    'RP WATCHING ON CAMERA - 2 SUBJS IN GARAGE OF {addr} {apt}. #1 {looks}. RP NOT HOME, {gate}. RP {rp} CELL {rpPhone} EMAIL {rpEmail}. OWNER OF RECORD {otFirst} {canary}',
    'NEIGHBOR REPTS LIGHTS ON AND DOOR OPEN AT {addr}, RESIDENTS {otFirst} AND FAMILY OUT OF TOWN. RP {canary} NEXT DOOR DOES NOT WANT CONTACT. {veh} LIC/{plate} IN DRIVEWAY',
  ],
  vehicle: [
    'RP {rp} ADV VEH WINDOW SMASHED IN FRONT OF {addr}, LAPTOP AND PURSE TAKEN. VEH IS {veh} LIC {plate}. CB {rpPhone}. REG OWNER {canary}',
    'STOLEN OVERNIGHT FROM {addr} {apt}: {veh} PLATE {plate}. RO {rp} DOB {rpDob}. SPARE KEY WITH EX ROOMMATE {otFirst} {canary}',
    'SUBJ {looks} GOING CAR TO CAR PULLING HANDLES, LS WB FROM {addr}. WITN {canary} ON LINE, HAS VIDEO, {rpEmail}',
  ],
  robbery: [
    'RP {rp} JUST ROBBED AT GUNPOINT OUTSIDE {addr}. SUSP {looks}, LS EB ON FOOT. PHONE TAKEN, CALLING FROM {rpPhone}. 2ND VICT {otFirst} {canary}',
    'EMPLOYEE {canary} SAYS SUSP DEMANDED MONEY FROM REGISTER, IMPLIED WPN. SUSP {looks} FLED IN {veh} {plate}. MGR {ot} CB {otPhone}',
    'STRONG ARM, VICT {ot} PUSHED DOWN BY {looks}, PURSE TAKEN, IN FRONT OF {addr}. VICT DOB {otDob}, REF MEDICS, HAS HX {med}. RP MRS {canary}',
  ],
  gunfire: [
    'RP {rp} HEARD 5 TO 6 SHOTS NEAR {addr}, THEN {veh} LEAVING NB AT HIGH RATE. NO ONE HIT THAT RP CAN SEE. CB {rpPhone}. ALSO CALL FROM {canary} SAME THING',
    'MALE DOWN IN DRIVEWAY OF {addr} {apt}, SHOT IN LEG, CONSCIOUS. VICT {ot} DOB {otDob}. SHOOTER {looks} STILL IN AREA. RP {canary}',
    'RP THINKS SHOTS NOT FIREWORKS, 3 THEN 2, FROM REAR OF {addr}. WANTS NO CONTACT. TEXT FROM {rpPhone} ACCT HOLDER {otFirst} {canary}',
  ],
  stabbing: [
    'VICT {ot} STABBED IN ARM DURING ARGUMENT AT {addr} {apt}, BLEEDING CONTROLLED. SUSP {looks} KNOWN AS {canary} LEFT SB. CB {rpPhone}',
    'RP {rp} FLAGGED BY MALE W/ CUT TO HAND, SAYS SUSP HAD BOX CUTTER. SUSP {otFirst} {canary}, {looks}, LS BEHIND {addr}. VICT HAS HX {med}',
  ],
  hostage: [
    'RP {rp} SAYS EX BF {otFirst} {canary} WONT LET HER LEAVE {addr} {apt}, HAS HANDGUN. OPEN LINE {rpPhone}. {gate}. 2 KIDS INSIDE',
    'CLERK HELD IN BACK OFFICE, SUSP {looks} TALKING TO SOMEONE NAMED {canary} ON PHONE. RP {rp} CALLING FROM {addr}, {rpPhone}, LINE NOW QUIET',
  ],
  fire: [
    'RP {rp} SAW {looks} POUR SOMETHING ON PORCH OF {addr} AND LIGHT IT, FD ENRTE. RESIDENT {otFirst} {canary} OUT OF HOUSE. CB {rpPhone}',
    'DUMPSTER AND FENCE ON FIRE BEHIND {addr} {apt}, SPREADING TO SHED. RP {canary} HAS HOSE ON IT. OCC {ot} HAS HX {med}, NEEDS HELP OUT',
    'SMOKE SHOWING FROM ATTIC {addr}. RP {rp} {rpPhone} ACROSS STREET. ELDERLY MR {canary} LIVES ALONE, {gate}',
  ],
  animal: [
    'LARGE BRN DOG LOOSE, CHASED RP {rp} TO DOOR OF {addr}. OWNER POSS {otFirst} {canary}, {otPhone}. NO BITE',
    'INJURED DEER IN YARD AT {addr}. RP {canary} WILL WAIT OUT FRONT, CB {rpPhone}',
    'DOG BITE, VICT {ot} DOB {otDob}, OWNER REFUSES INFO. {addr} {apt}. RP {otFirst} {canary}',
  ],
  civil: [
    'LANDLORD {rp} WANTS STANDBY WHILE TENANT {otFirst} {canary} REMOVES PROPERTY FROM {addr} {apt}. CB {rpPhone}',
    'DISPUTE OVER CHILD EXCHANGE, RP {rp} IN {veh} {plate} OUTSIDE {addr}. OTHER HALF {canary} NOT ANSWERING {otPhone}',
  ],
  bomb: [
    'RECEPT {rp} TOOK CALL, MALE VOICE SAID DEVICE IN LOBBY OF {addr}, GOES OFF IN 1 HR. CALLER ID {otPhone} COMES BACK TO {canary}. EVAC STARTED',
    'THREAT BY EMAIL FROM {otEmail} SIGNED {otFirst} {canary}, NAMES {addr} {apt}. RP {rp} CB {rpPhone}, PRINTED COPY AT DESK',
  ],
  vandalism: [
    'RP {rp} FOUND TAGGING ON GARAGE AT {addr}, SUSPECTS NEIGHBOR KID {otFirst} {canary}. CB {rpPhone} AFTER {clock}',
    '{looks} KEYING CARS IN LOT OF {addr}, VEH {plate} HIT, {veh}. RP {canary} WATCHING FROM INSIDE {apt}',
    'MAILBOX AND FENCE KNOCKED DOWN {addr}, VIDEO OF {veh} LIC {plate}. RP {rp} EMAIL {rpEmail}. PRIOR W/ {canary}',
  ],
  welfare: [
    'RP {rp} IN OTHER STATE CANT REACH MOTHER {otFirst} {canary}, {addr} {apt}, DOB {otDob}, HX {med}. {gate}. CB {rpPhone}',
    'MAIL PILING UP AT {addr}, RESIDENT {ot} NOT SEEN IN 5 DAYS, HX {med}. RP IS CARRIER {canary}',
    'COWORKER {rp} ADV {otFirst} {canary} NO SHOW, NOT ANSWERING {otPhone}. DRIVES {veh} {plate}. LIVES {addr} {apt}',
  ],
  alarm: [
    'ALARM CO OPR 41: FRONT DOOR THEN HALL MOTION AT {addr}. KEYHOLDER {rp} {rpPhone} ENRTE 20 MIN IN {veh}. ACCT {canary}',
    'AUDIBLE RES ALARM {addr} {apt}, NO ANSWER ON PREMISE. 2ND CONTACT {otFirst} {canary} {otPhone}. {gate}',
  ],
  suspicious: [
    'SUBJ {looks} LOOKING IN WINDOWS AT {addr}, NOW SITTING ON STEPS. RP {rp} NEXT DOOR CB {rpPhone}. OWNER {canary} AT WORK',
    'OCC {veh} PARKED FACING {addr} OVER AN HR, LIC {plate}, DRIVER {looks}. RP {otFirst} {canary} WILL NOT GO OUT',
    'MALE AT DOOR OF {addr} {apt} ASKING FOR SOMEONE NAMED {canary}, RP {rp} DOES NOT KNOW THEM. {looks}. LS GOING DOOR TO DOOR EB',
    'RP {rp} WANTS SUBJ OFF PROPERTY {addr}, {otFirst} {canary} WAS TOLD NOT TO RETURN. {looks}. CB {rpPhone}',
  ],
  disturbance: [
    'LOUD MUSIC AND YELLING FROM {addr} {apt}, 3RD NIGHT. RP {rp} {rpPhone} WANTS CONTACT. LEASE UNDER {canary}',
    '2 MALES FIGHTING IN STREET FRONT OF {addr}, #1 {looks}. RP {canary} NO WPNS SEEN',
    'RP {rp} PUNCHED BY {otFirst} {canary} AT {addr}, LIP BLEEDING, REF MEDICS. SUSP {looks} DOB {otDob}',
    'NEIGHBORS {ot} AND {canary} ARGUING OVER PARKING AT {addr}, VEH {plate} BLOCKED IN. CB {rpPhone}',
  ],
  domestic: [
    'RP {rp} SAYS HUSBAND {otFirst} {canary} BREAKING THINGS, {addr} {apt}, KIDS IN ROOM. HX {med}, DOB {otDob}. OPEN LINE {rpPhone}',
    'VERBAL ONLY PER RP {rp}, EX {otFirst} {canary} CAME IN W/ OLD KEY TO {addr}. NO WPNS. {otPhone} HIS CELL',
    'CHILD CALLED, PARENTS YELLING AT {addr} {apt}. MOTHER {rp} THEN TOOK PHONE, SAYS OK. FATHER {canary} LEFT IN {veh} {plate}',
  ],
  custody: [
    '1 IN CUSTODY AT {addr}, {ot} DOB {otDob}, {looks}. TRANSPORT REQ BY {sign}. ALIAS {canary}. STATES HX {med}',
    'SECURITY HOLDING SHOPLIFTER {otFirst} {canary} IN OFFICE AT {addr}. LP IS {rp} {rpPhone}',
  ],
  traffic: [
    'MVA NON INJ, {veh} {plate} VS POLE IN FRONT OF {addr}. DRIVER {ot} DOB {otDob}. RP {canary} STOPPED TO HELP',
    'T STOP {veh} {plate} AT {addr}, RO {otFirst} {canary}, 1 OCC',
    'LADDER IN ROADWAY NEAR {addr}, CARS SWERVING. RP {canary} CALLING FROM HANDS FREE {rpPhone}',
    'HIT AND RUN PARKED VEH {addr}, SUSP {veh} {plate} LS NB. VICT {rp} CB {rpPhone}. WITN {otFirst} {canary}',
  ],
  theft: [
    'PACKAGE TAKEN FROM PORCH {addr} {apt} BY {looks}. RP {rp} HAS VIDEO {rpEmail}. ADDRESSED TO {canary}',
    'BIKE STOLEN FROM RACK AT {addr}, LOCK CUT. RP {rp} {rpPhone}. SELLER ONLINE USES NAME {otFirst} {canary}',
    'VICT {rp} DOB {rpDob} SENT GIFT CARDS TO CALLER {otPhone} CLAIMING TO BE MR {canary} FROM THE BANK. RES {addr}',
  ],
  missing: [
    'MISSING JUV {otFirst} {canary} DOB {otDob}, LS LEAVING {addr} ON FOOT, {looks}. MOTHER {rp} CB {rpPhone}. HX {med}',
    'HUSBAND {ot} W/ HX {med} WALKED AWAY FROM {addr} {apt} ABT {clock}. {looks}. RP {canary} CHECKING PARK. DRIVES {plate}',
  ],
  medical: [
    '{ot} DOB {otDob} UNRESP IN BATHROOM {addr} {apt}, HX {med}. RP {rp} DOING CPR, {rpPhone}. DAUGHTER {canary} ENRTE. {gate}',
    'FALL, PT {otFirst} {canary} CANT GET UP, HX {med}, {addr}. RP {rp} IS AIDE CB {rpPhone}',
  ],
  patrol: [
    'PREM CHECK {addr}, ON REQ OF OWNER {otFirst} {canary}, {gate}. NEG FINDINGS SO FAR. {sign}',
    'EXTRA PTL {addr} {apt} PER RP {rp} {rpPhone}, EX {canary} DRIVES {veh} {plate}',
  ],
};

/** Later notes. */
export const MORE: readonly string[] = [
  'RP CB, SUBJ NOW IN BACKYARD OF {addr}. STILL ON LINE {rpPhone}',
  'UPDATE: SUSP POSS {ot}, {looks}, LS WB ON FOOT',
  '{sign} ADV VEH {plate} COMES BACK TO {ot} OUT OF {addr}',
  'PER {rpFirst} NO WPNS SEEN, ONE SUBJ LEFT IN {veh}',
  '2ND RP {ot} CB {otPhone} REPTS SAME, ADDS {looks}',
  'RP WILL MEET AT {addr} {apt}, {gate}',
  'MEDICS ADV PT {ot} DOB {otDob} HX {med}',
  'AIR UNIT UNAVAIL. PERIM SET N AND W. {sign} AT REAR',
  'RP {rp} NOW AT NEIGHBORS, WANTS CB AT {rpPhone} NOT HOME NUMBER',
  'PHOTO OF SUBJ EMAILED FROM {rpEmail}, {looks}',
  'LINE DISCONNECTED, ON CB TO {rpPhone} WENT TO VM FOR {rp}',
  'CORR: ADDR IS {addr} {apt}, NAME ON DOOR {ot}',
  'ADDL: VEH {veh} LIC {plate} SEEN CIRCLING ABT {clock}',
];

/** The note that ends a record. */
export const OUTCOME: readonly string[] = [
  '{sign} CODE 4, REPORT TAKEN FROM {rp}, VICT CARD GIVEN',
  'UTL SUBJ, RP {rp} ADV TO CALL BACK IF RETURNS',
  'GOA. CHECKED AREA OF {addr} NEG',
  'UNFOUNDED PER {sign}, {ot} LIVES THERE, LOST KEY',
  'VERIFIED W/ {ot} DOB {otDob}, NO CRIME',
  'RP {rpFirst} CANCELLED, SAYS MISTAKE, CB {rpPhone} OK',
  'DUP OF EARLIER CALL SAME RP {rp}',
  '1 DETAINED {ot} DOB {otDob} THEN RELEASED, {looks}',
  'VEH {plate} LOCATED, RO {ot} NOTIFIED AT {otPhone}',
  'PREM SECURE, {gate} WORKS, OWNER ADV AT {rpEmail}',
  'PT {ot} TRANSPORTED, HX {med}, FAMILY AT {addr} {apt}',
  'ADVISED CIVIL, {rp} AND {ot} SEPARATED, CLR {clock}',
];
