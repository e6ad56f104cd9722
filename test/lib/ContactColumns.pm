# Which column of dropcontact.contact a header of a CSV file means, in English, French, German, Spanish, Italian and Dutch.
package ContactColumns;
use strict;
use warnings;
use utf8;
use Exporter qw(import);
use Unicode::Normalize qw(NFD);
our @EXPORT_OK = qw(map_columns is_time);

# Headers as they are folded: lower case, no accents, words parted by one blank.
my %columns = (
	source => [qw(source system systeme origine quelle herkunft origen fonte bron), 'lead source'],
	external_id => ['id', 'external id', 'identifiant', 'record id', 'rec id', 'unique id', 'contact id', 'customer id', 'reference', 'ref', 'numero client', 'n client', 'no client', 'code client',
		'kundennummer', 'kunden nr', 'kontakt id', 'codigo cliente', 'numero de cliente', 'codice cliente', 'klantnummer'],
	relation => ['relation', 'category', 'categorie', 'type de contact', 'lifecycle stage'],
	full_name => ['full name', 'contact', 'contact name', 'nom complet', 'nom du contact', 'nom et prenom', 'nom prenom', 'prenom et nom', 'prenom nom', 'display name', 'file as',
		'vollstandiger name', 'ansprechpartner', 'kontakt', 'nombre completo', 'contacto', 'apellidos y nombre', 'nombre y apellidos', 'nome completo', 'contatto', 'nome e cognome', 'volledige naam', 'contactpersoon'],
	civility => ['civility', 'civilite', 'salutation', 'anrede', 'name prefix', 'prefix', 'tratamiento', 'aanhef', 'saluto'],
	first_name => ['first name', 'firstname', 'given name', 'prenom', 'forename', 'vorname', 'nombre de pila', 'primer nombre', 'voornaam'],
	middle_name => ['middle name', 'additional name', 'deuxieme prenom', 'zweiter vorname', 'segundo nombre', 'secondo nome', 'tussenvoegsel'],
	last_name => ['last name', 'lastname', 'surname', 'family name', 'nom de famille', 'nachname', 'familienname', 'zuname', 'apellido', 'apellidos', 'cognome', 'achternaam'],
	suffix => ['suffix', 'name suffix', 'suffixe'],
	email => ['email', 'e mail', 'mail', 'courriel', 'email address', 'e mail address', 'mail address', 'adresse email', 'adresse e mail', 'adresse mail', 'adresse electronique', 'adresse courriel',
		'e mail adresse', 'email adresse', 'mailadresse', 'mail adresse', 'correo', 'correo electronico', 'direccion de correo', 'indirizzo email', 'indirizzo e mail', 'posta elettronica', 'e mailadres', 'emailadres', 'mailadres'],
	phone => ['phone', 'telephone', 'tel', 'phone number', 'telephone number', 'tel no', 'numero de telephone', 'telephone fixe', 'tel fixe', 'fixe', 'ligne directe', 'company phone', 'company phone number', 'telephone societe', 'telephone entreprise',
		'telefon', 'telefonnummer', 'tel nr', 'rufnummer', 'festnetz', 'telefono', 'telefono fijo', 'numero de telefono', 'telefono fisso', 'numero di telefono', 'telefoon', 'telefoonnummer', 'landline'],
	mobile_phone => ['mobile', 'mobile phone', 'mobile number', 'mobile phone number', 'phone mobile', 'portable', 'tel portable', 'tel mobile', 'telephone portable', 'telephone mobile', 'numero de portable', 'gsm', 'cell', 'cell phone', 'cellphone',
		'handy', 'handynummer', 'mobil', 'mobiltelefon', 'mobilnummer', 'telefon mobil', 'tel mobil', 'movil', 'telefono movil', 'celular', 'cellulare', 'telefono cellulare', 'mobiel', 'mobiele telefoon', 'mobiel nummer'],
	company => ['company', 'company name', 'associated company', 'societe', 'entreprise', 'organisation', 'organization', 'organization name', 'raison sociale', 'account name', 'firma', 'firmenname', 'unternehmen', 'org name', 'organisation name',
		'business name', 'legal name', 'site name', 'denomination', 'etablissement', 'nom de l entreprise', 'nom entreprise', 'nom de la societe', 'nom societe', 'empresa', 'razon social', 'azienda', 'societa', 'ditta', 'ragione sociale', 'bedrijf', 'bedrijfsnaam', 'organisatie'],
	website => ['website', 'web site', 'website url', 'site', 'site web', 'site internet', 'web page', 'web', 'domain', 'company domain name', 'url', 'domaine', 'webseite', 'homepage', 'internetseite', 'pagina web', 'sitio web', 'sito', 'sito web', 'webpagina'],
	linkedin => ['linkedin', 'linkedin url', 'profil linkedin', 'linkedin profile', 'linkedin profil', 'linked in', 'linked in url', 'perfil de linkedin', 'profilo linkedin', 'linkedin profiel'],
	company_linkedin => ['company linkedin', 'linkedin company page', 'page linkedin'],
	siren => ['siren', 'numero siren'], siret => ['siret', 'numero siret'],
	vat => ['vat', 'vat number', 'vat id', 'tva', 'numero de tva', 'numero tva', 'tva intracommunautaire', 'numero de tva intracommunautaire', 'ust idnr', 'ust id nr', 'ust id', 'umsatzsteuer id', 'partita iva', 'p iva', 'btw nummer', 'btw nr'],
	naf => ['naf', 'ape', 'code naf', 'code ape'],
	employees => ['employees', 'number of employees', 'effectif', 'effectifs', 'mitarbeiter', 'mitarbeiterzahl', 'empleados', 'dipendenti', 'medewerkers'],
	address => ['address', 'street', 'adresse', 'rue', 'street address', 'address street', 'address line', 'adresse postale', 'addr', 'strasse', 'anschrift', 'strasse und hausnummer', 'strasse hausnummer', 'direccion', 'calle', 'indirizzo', 'via', 'adres', 'straat', 'straatnaam'],
	postcode => ['postcode', 'post code', 'postal code', 'zip', 'zip code', 'zip postal code', 'address postal code', 'address zip', 'code postal', 'cp', 'plz', 'postleitzahl', 'codigo postal', 'c p', 'cap', 'codice postale'],
	city => ['city', 'town', 'ville', 'commune', 'localite', 'address city', 'ort', 'stadt', 'wohnort', 'suburb', 'ciudad', 'poblacion', 'localidad', 'municipio', 'citta', 'comune', 'plaats', 'woonplaats', 'stad'],
	country => ['country', 'country region', 'country code', 'address country', 'pays', 'code pays', 'land', 'staat', 'pais', 'paese', 'nazione'],
	job_title => ['job title', 'job', 'position', 'role', 'fonction', 'poste', 'titre', 'intitule de poste', 'function', 'organization title', 'funktion', 'berufsbezeichnung', 'stelle', 'cargo', 'puesto', 'ruolo', 'mansione', 'qualifica', 'functie'],
	updated_at => ['updated at', 'updated', 'last modified', 'last modified date', 'modified', 'modified at', 'date de modification', 'derniere modification', 'modifie le', 'mis a jour le', 'geandert am', 'anderungsdatum', 'fecha de modificacion', 'data modifica', 'gewijzigd op'],
);
my %column_of = map { my $c = $_; map { $_ => $c } @{ $columns{$c} } } keys %columns;

# What they mean depends on the other columns and on the values.
my %names = map { $_ => 1 } qw(name nom nombre nome naam);
my $civilities = qr/^(?:mr|mrs|ms|miss|mx|m|mme|mlle|madame|monsieur|mademoiselle|dr|prof|herr|frau|sr|sra|srta|sig|sigra|dhr|mevr|sir)$/;

# Columns that may come several times, in lists.
my %list_of = (email => 'other_emails', phone => 'other_phones', mobile_phone => 'other_phones');

# Words that say which of several: at work, at home, the second.  Those of work come first.
my %rank_of;
$rank_of{$_} = 1 for qw(1 value main principal principale primary business work office bureau pro professionnel professionnelle direct directe mailing geschaftlich dienstlich arbeit buro trabajo oficina lavoro ufficio zakelijk werk hauptadresse);
$rank_of{$_} = 2 for 2 .. 9, qw(other autre autres andere weitere second secondary secondaire bis billing otro otra altro altra zweite tweede);
$rank_of{$_} = 3 for qw(home domicile personnel personnelle perso private privat prive privee personal particular casa personale thuis);
my %may_be_ranked = map { $_ => 1 } keys %list_of, qw(company website linkedin address postcode city country job_title);

# Attributes that identify a person.
my %match_kind = map { $_ => 'date' } ('date of birth', 'birth date', 'birthdate', 'birthday', 'dob', 'date de naissance', 'ne le', 'geburtsdatum', 'geboren am', 'fecha de nacimiento', 'data di nascita', 'geboortedatum');

# A time of ISO 8601 that is in the calendar: others leave open which is the day and which the month.
sub is_time
{
	my ($year, $month, $day) = shift =~ /^([12]\d{3})-(\d\d)-(\d\d)(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?: ?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?)?$/ or return 0;
	return 0 if $month < 1 || $month > 12 || $day < 1;
	my $leap = $year % 4 == 0 && ($year % 100 != 0 || $year % 400 == 0);
	return $day <= ($month == 2 ? ($leap ? 29 : 28) : $month =~ /^(?:04|06|09|11)$/ ? 30 : 31);
}

sub fold
{
	my $s = shift;
	$s =~ s/(\p{Ll})(\p{Lu})/$1 $2/g;	# firstName
	$s = NFD(lc $s);
	$s =~ s/\p{Mn}//g;
	$s =~ s/ß/ss/g;
	$s =~ s/œ/oe/g;
	$s =~ s/æ/ae/g;
	$s =~ s/[^a-z0-9]+/ /g;
	$s =~ s/^ | $//g;
	return $s;
}

# The column of a folded header and how far behind others that mean the same it stands; nothing when it is unknown.
sub column_of
{
	my $header = shift;
	return ($column_of{$header}, 0) if exists $column_of{$header};
	my $rank = 0;
	my @rest;
	for (split / /, $header)
	{
		if   (exists $rank_of{$_}) { $rank = $rank_of{$_} if $rank_of{$_} > $rank }
		else                       { push @rest, $_ }
	}
	my $column = $column_of{ join ' ', @rest };
	return defined $column && $may_be_ranked{$column} ? ($column, $rank) : ();
}

# Does this hold for most of the values that are there?
sub most
{
	my ($values, $holds) = @_;
	my @there = grep { defined && /\S/ } @$values;
	my $n = grep { $holds->($_) } @there;
	return $n * 2 > @there;
}

# "Name" beside "Vorname" is the last name, "Nome" beside "Cognome" the first, alone it is the full name.
sub place_name
{
	my ($header, $has, $values) = @_;
	return 'last_name'  if $has->{first_name} && !$has->{last_name};
	return 'first_name' if $has->{last_name} && !$has->{first_name};
	return 'last_name'  if $header eq 'nom' && !$has->{full_name} && !most($values, sub { $_[0] =~ /\S\s+\S/ });
	return 'full_name';
}

sub is_civility
{
	my ($first) = split / /, fold(shift);
	return defined $first && $first =~ $civilities;
}

# Where each column of the file goes: name (unique), column or list of contact, or the kind of match field of an attribute.
sub map_columns
{
	my ($header, $sample) = @_;
	my @folded = map { fold($_) } @$header;
	my @column = map { [ column_of($_) ] } @folded;
	my %has = map { ($_->[0] // '') => 1 } @column;
	my @values = map { my $i = $_; [ map { $_->[$i] } @$sample ] } 0 .. $#$header;
	for my $i (0 .. $#$header)
	{
		if ($names{ $folded[$i] })
		{
			$column[$i] = [ place_name($folded[$i], \%has, $values[$i]), 0 ];
		}
		elsif ($folded[$i] eq 'title' || $folded[$i] eq 'titel')
		{
			$column[$i] = [ most($values[$i], \&is_civility) ? 'civility' : 'job_title', 3 ];
		}
		elsif (($column[$i][0] // '') eq 'updated_at' && !most($values[$i], \&is_time))
		{
			$column[$i] = [];
		}
	}

	# of several that mean one column the best gives it, the others its list
	my (%taken, @map);
	for my $i (sort { ($column[$a][1] // 9) <=> ($column[$b][1] // 9) || $a <=> $b } 0 .. $#$header)
	{
		my $column = $column[$i][0];
		if (defined $column && !$taken{$column}++)
		{
			$map[$i]{column} = $column;
		}
		elsif (defined $column && exists $list_of{$column})
		{
			$map[$i]{list} = $list_of{$column};
		}
		else
		{
			$map[$i]{kind} = $match_kind{ $folded[$i] };
		}
	}
	my %seen;
	for my $i (0 .. $#$header)
	{
		my $name = $header->[$i] =~ /\S/ ? $header->[$i] : 'column ' . ($i + 1);
		my $unique = $name;
		for (my $n = 2; $seen{$unique}++; $n++)
		{
			$unique = "$name ($n)";
		}
		$map[$i]{name} = $unique;
	}
	return @map;
}

1;
